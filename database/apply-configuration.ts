import type { Configuration } from '@berth/domain/configuration.ts'
import { instantOf } from '@berth/domain/instant.ts'
import { canonicalText } from '@berth/domain/specification.ts'
import { berthItself } from '@berth/domain/transition.ts'
import { auditSystem } from './audit.ts'
import type { Database } from './connect.ts'
import { sha256 } from './sha256.ts'
import { transaction, type Queryable } from './transaction.ts'

/**
 * Makes teams, sites, catalog and quotas what the configuration says; the same one again changes nothing.
 * What is no longer in it stays for the requests that use it, but is no longer offered. Answers the version.
 */
export const applyConfiguration = (
  database: Database,
  configuration: Configuration,
): Promise<{ version: number; changed: boolean }> =>
  transaction(database.pool, async (client) => {
    await client.query('lock table configuration_versions in exclusive mode')
    const contentHash = sha256(canonicalText(configuration))
    const newest = await newestVersion(client)
    if (newest?.content_hash === contentHash) return { version: newest.id, changed: false }
    await applyTeams(client, configuration)
    await applySites(client, configuration)
    await applyCatalog(client, configuration)
    const version = await keep(client, configuration, contentHash)
    return { version, changed: true }
  })

async function newestVersion(client: Queryable): Promise<{ id: number; content_hash: string } | undefined> {
  const { rows } = await client.query<{ id: number; content_hash: string }>(
    'select id, content_hash from configuration_versions order by id desc limit 1',
  )
  return rows[0]
}

async function applyTeams(client: Queryable, { teams, quotas }: Configuration): Promise<void> {
  const limits = new Map(quotas.map((quota) => [quota.teamId, quota.limits]))
  for (const team of teams) {
    await client.query(
      `insert into teams (id, claim, notify, quota_limits, configured) values ($1, $2, $3, $4, true)
       on conflict (id) do update set claim = excluded.claim, notify = excluded.notify,
         quota_limits = excluded.quota_limits, configured = true`,
      [team.id, team.claim, team.notify ?? null, JSON.stringify(limits.get(team.id) ?? {})],
    )
    await client.query('delete from team_approvers where team_id = $1', [team.id])
    for (const { userId, email } of team.approvers)
      await client.query('insert into team_approvers (team_id, user_id, email) values ($1, $2, $3)', [
        team.id,
        userId,
        email,
      ])
  }
  await client.query('update teams set configured = false where id <> all ($1)', [teams.map(({ id }) => id)])
}

async function applySites(client: Queryable, { sites }: Configuration): Promise<void> {
  for (const site of sites)
    await client.query(
      `insert into sites (id, vcenter, address_allow, address_ignore, configured) values ($1, $2, $3, $4, true)
       on conflict (id) do update set vcenter = excluded.vcenter, address_allow = excluded.address_allow,
         address_ignore = excluded.address_ignore, configured = true`,
      [site.id, site.vcenter, site.addressAllow, site.addressIgnore],
    )
  await client.query('update sites set configured = false where id <> all ($1)', [sites.map(({ id }) => id)])
}

async function applyCatalog(client: Queryable, { catalogItems }: Configuration): Promise<void> {
  await client.query('update catalog_items set offered = false where offered')
  for (const item of catalogItems)
    await client.query(
      `insert into catalog_items (id, version, site_id, spec, offered) values ($1, $2, $3, $4, true)
       on conflict (id, version) do update set site_id = excluded.site_id, spec = excluded.spec, offered = true`,
      [item.id, item.version, item.siteId, JSON.stringify(item)],
    )
}

async function keep(client: Queryable, configuration: Configuration, contentHash: string): Promise<number> {
  const at = instantOf(Date.now())
  const { rows } = await client.query<{ id: number }>(
    'insert into configuration_versions (content_hash, configuration, applied_at) values ($1, $2, $3) returning id',
    [contentHash, JSON.stringify(configuration), at],
  )
  const version = rows[0]?.id ?? 0
  await auditSystem(client, { at, by: berthItself, event: 'configurationApplied', detail: { version, contentHash } })
  return version
}
