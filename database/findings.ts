import { findingMeanings, kindsThatEnd, ownersFindingKinds, type Finding } from '@berth/domain/finding.ts'
import type { FindingKind, VmsSeen } from '@berth/domain/finding.ts'
import { instantOf, type Instant } from '@berth/domain/instant.ts'
import { berthItself } from '@berth/domain/transition.ts'
import { auditRequest } from './audit.ts'
import type { Database } from './connect.ts'
import { isUuid } from './is-uuid.ts'
import { transaction, type Queryable } from './transaction.ts'
import { lockRequest } from './vm-request-row.ts'

/** What enough runs in a row saw, and something is to be done about. */
export interface ConfirmedFindings {
  addresses: { requestId: string; address: string }[]
  vanished: { requestId: string; since: Instant; told: boolean }[]
}

/** As the request's own page has it. */
export interface FindingOnRequest {
  kind: FindingKind
  sentence: string
  since: Instant
}

/**
 * Remembers what one reconcile run saw. What it did not see is closed; seen again later, it counts from one. A run that could
 * not see all VMs says nothing about the others, nor about the requests that it is unsure of: what is known of them stays as it
 * is.
 */
export async function recordFindings(
  { pool }: Database,
  siteId: string,
  findings: Finding[],
  vmsSeen: VmsSeen = 'all',
  unsure: string[] = [],
): Promise<ConfirmedFindings> {
  const at = instantOf(Date.now())
  await transaction(pool, async (client) => {
    await client.query('select 1 from sites where id = $1 for no key update', [siteId])
    await upsert(client, siteId, findings, at)
    await resolveUnseen(client, siteId, findings, { vmsSeen, unsure }, at)
  })
  await transaction(pool, (client) => showOnRequests(client, siteId))
  return vmsSeen === 'none' ? { addresses: [], vanished: [] } : confirmedOf(pool, siteId)
}

/** What was repaired is over at once. Another address is another finding: it counts from one. */
async function upsert(client: Queryable, siteId: string, findings: readonly Finding[], at: Instant): Promise<void> {
  // A marker can say anything: only the id of a request that is known is one.
  const rows = findings.map(({ requestId, ...finding }) => ({
    ...finding,
    requestId: requestId !== undefined && isUuid(requestId) ? requestId : null,
  }))
  await client.query(
    `insert into findings (site_id, kind, subject, request_id, detail, address, seen_count, first_seen_at, last_seen_at, resolved_at, repaired_at)
     select $1, f.kind, f.subject, r.id, f.detail, f.address, 1, $3::timestamptz, $3::timestamptz,
            case when f.repaired then $3::timestamptz end, case when f.repaired then $3::timestamptz end
     from jsonb_to_recordset($2::jsonb) as f (kind text, subject text, "requestId" uuid, detail text, address text, repaired boolean)
       left join vm_requests r on r.id = f."requestId"
     on conflict (site_id, kind, subject) where resolved_at is null do update set
       detail = excluded.detail, address = excluded.address, request_id = excluded.request_id, last_seen_at = excluded.last_seen_at,
       seen_count = case when findings.address is distinct from excluded.address then 1 else findings.seen_count + 1 end,
       first_seen_at = case when findings.address is distinct from excluded.address then excluded.first_seen_at else findings.first_seen_at end`,
    [siteId, JSON.stringify(rows), at],
  )
}

/** A request whose VM is back says so in its history, if its owner was told that it was gone. */
async function resolveUnseen(
  client: Queryable,
  siteId: string,
  findings: readonly Finding[],
  { vmsSeen, unsure }: { vmsSeen: VmsSeen; unsure: string[] },
  at: Instant,
): Promise<void> {
  const { ofAll, ofSeen } = kindsThatEnd(vmsSeen)
  const { rows } = await client.query<{ kind: FindingKind; requestId: string | null; told: boolean }>(
    `update findings set resolved_at = $2
     where site_id = $1 and resolved_at is null
       and (kind = any ($5) or (kind = any ($6) and subject <> all ($7)))
       and not exists (select from unnest($3::text[], $4::text[]) as seen (kind, subject)
                       where seen.kind = findings.kind and seen.subject = findings.subject)
     returning kind, request_id as "requestId", told_at is not null as told`,
    [siteId, at, findings.map(({ kind }) => kind), findings.map(({ subject }) => subject), ofAll, ofSeen, unsure],
  )
  for (const { kind, requestId, told } of rows) {
    if (kind !== 'vanished' || requestId === null || !told) continue
    const request = await lockRequest(client, requestId)
    await client.query(`delete from notices where request_id = $1 and event = 'vmVanished' and state = 'pending'`, [
      requestId,
    ])
    if (request.state !== 'retiring' && request.retire_to === null)
      await auditRequest(client, request, { at, by: berthItself, event: 'vmBack' })
  }
}

/** What the pages of requests say; a row that says the same already stays untouched. */
async function showOnRequests(client: Queryable, siteId: string): Promise<void> {
  await client.query(
    `with shown as (
       select f.request_id, jsonb_agg(jsonb_build_object(
                'kind', f.kind, 'sentence', f.detail,
                'since', to_char(f.first_seen_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by f.id) as findings
       from findings f join unnest($2::text[], $3::int[]) as told (kind, runs) on told.kind = f.kind and f.seen_count >= told.runs
       where f.site_id = $1 and f.resolved_at is null group by f.request_id),
     changed as (
       select r.id, coalesce(s.findings, '[]') as findings
       from vm_requests r left join shown s on s.request_id = r.id
       where (r.id in (select request_id from shown) or (r.site_id = $1 and r.findings <> '[]'))
         and r.findings is distinct from coalesce(s.findings, '[]')
       order by r.id for no key update of r)
     update vm_requests r set findings = c.findings from changed c where r.id = c.id`,
    [siteId, ownersFindingKinds, ownersFindingKinds.map((kind) => findingMeanings[kind].runs)],
  )
}

async function confirmedOf(pool: Queryable, siteId: string): Promise<ConfirmedFindings> {
  const confirmed = async (kind: FindingKind) => {
    const { rows } = await pool.query<{ requestId: string; address: string; since: Instant; told: boolean }>(
      `select request_id as "requestId", address, first_seen_at as since, told_at is not null as told from findings
       where site_id = $1 and kind = $2 and resolved_at is null and seen_count >= $3 and request_id is not null order by id`,
      [siteId, kind, findingMeanings[kind].runs],
    )
    return rows
  }
  const addresses = await confirmed('addressChanged')
  const vanished = await confirmed('vanished')
  return {
    addresses: addresses.map(({ requestId, address }) => ({ requestId, address })),
    vanished: vanished.map(({ requestId, since, told }) => ({ requestId, since, told })),
  }
}

/** Requests that a run did not see where, or as, they should be: the next one looks for their VMs everywhere. */
export async function vmsToLookFor({ pool }: Database, siteId: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `select distinct f.request_id as id from findings f join vm_requests r on r.id = f.request_id
     where f.site_id = $1 and f.resolved_at is null and f.kind = any ($2) and r.closed_at is null order by 1`,
    [siteId, ['vanished', 'twin', 'reIdentified', 'reTagged', 'moved']],
  )
  return rows.map(({ id }) => id)
}
