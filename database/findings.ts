import type { Finding } from '@berth/domain/finding.ts'
import { instantOf, type Instant } from '@berth/domain/instant.ts'
import type { Database } from './connect.ts'
import { transaction } from './transaction.ts'

export interface SeenFinding extends Finding {
  siteId: string
  /** Runs in a row that saw it. */
  seenCount: number
  firstSeenAt: Instant
  lastSeenAt: Instant
}

/**
 * Remembers what one reconcile run saw. What it did not see is closed; seen again later, it counts from one. A run that could
 * not see the VMs says nothing about them: what is known of them stays as it is.
 */
export const recordFindings = (
  { pool }: Database,
  siteId: string,
  findings: Finding[],
  { vmsWereSeen }: { vmsWereSeen: boolean } = { vmsWereSeen: true },
): Promise<void> =>
  transaction(pool, async (client) => {
    const at = instantOf(Date.now())
    await client.query('select 1 from sites where id = $1 for no key update', [siteId])
    for (const { kind, subject, detail } of findings)
      await client.query(
        `insert into findings (site_id, kind, subject, detail, seen_count, first_seen_at, last_seen_at)
         values ($1, $2, $3, $4, 1, $5, $5)
         on conflict (site_id, kind, subject) where resolved_at is null
         do update set detail = excluded.detail, seen_count = findings.seen_count + 1, last_seen_at = excluded.last_seen_at`,
        [siteId, kind, subject, detail, at],
      )
    await client.query(
      `update findings set resolved_at = $2
       where site_id = $1 and resolved_at is null and ($5 or kind = 'workflowMissing')
         and not exists (select from unnest($3::text[], $4::text[]) as seen (kind, subject)
                         where seen.kind = findings.kind and seen.subject = findings.subject)`,
      [siteId, at, findings.map(({ kind }) => kind), findings.map(({ subject }) => subject), vmsWereSeen],
    )
  })

export async function openFindings({ pool }: Database, siteId?: string): Promise<SeenFinding[]> {
  const { rows } = await pool.query<SeenFinding>(
    `select site_id as "siteId", kind, subject, detail, seen_count as "seenCount", first_seen_at as "firstSeenAt", last_seen_at as "lastSeenAt"
     from findings where resolved_at is null and ($1::text is null or site_id = $1) order by first_seen_at, id`,
    [siteId ?? null],
  )
  return rows
}
