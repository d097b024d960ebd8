import type { OpenClone } from '@berth/domain/clone-queue.ts'
import type { Instant } from '@berth/domain/instant.ts'
import type { Database } from './connect.ts'

/** What a request's view does not tell of why it waits. */
export interface WaitingFacts {
  /** How often its approvers were reminded; telling them and the operators that time runs out is a reminder too. */
  reminders: number
  /** The last transition; none yet: undefined. */
  changedAt?: Instant
  /** While it waits for its clone: all clones at its site that have not ended. */
  openClones?: readonly OpenClone[]
}

interface FactsRow {
  id: string
  reminders: number
  changedAt: Instant | null
  /** Its site, while its clone has not ended. */
  clonesAt: string | null
}

export async function waitingFactsOf(
  database: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, WaitingFacts>> {
  const { rows } = await database.pool.query<FactsRow>(
    `select r.id,
            (select count(distinct event) from notices n where n.request_id = r.id and n.audience = 'approvers'
               and n.state = 'delivered' and n.event in ('approvalReminder', 'approvalEscalation'))::int as reminders,
            (select max(a.at) from audit_entries a where a.request_id = r.id) as "changedAt",
            case when exists (select from steps s where s.request_id = r.id and s.name = 'clone' and s.state = 'running')
                 then r.site_id end as "clonesAt"
     from vm_requests r where r.id = any ($1)`,
    [ids],
  )
  const sites = [...new Set(rows.flatMap(({ clonesAt }) => clonesAt ?? []))]
  const openClones = sites.length === 0 ? new Map() : await openClonesAt(database, sites)
  return new Map(
    rows.map(({ id, reminders, changedAt, clonesAt }) => [
      id,
      {
        reminders,
        ...(changedAt !== null && { changedAt }),
        ...(clonesAt !== null && { openClones: openClones.get(clonesAt) ?? [] }),
      },
    ]),
  )
}

async function openClonesAt({ pool }: Database, sites: readonly string[]): Promise<Map<string, OpenClone[]>> {
  const { rows } = await pool.query<OpenClone & { siteId: string }>(
    `select r.site_id as "siteId", r.id as "requestId", r.team_id as "teamId", r.provisioning_request ->> 'origin' is distinct from 'api' as "byPerson",
            s.started_at as "askedAt"
     from steps s join vm_requests r on r.id = s.request_id
     where s.name = 'clone' and s.state = 'running' and r.closed_at is null and r.site_id = any ($1)`,
    [sites],
  )
  return Map.groupBy(rows, ({ siteId }) => siteId)
}

/** Open requests that have not moved for a moment, longest first; held ones are a list of their own. */
export async function restingRequests({ pool }: Database, limit: number, siteId?: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `select id from (
       select r.id,
              case when r.state = 'active' and s.started_at is null then r.lease_ends_at
                   else coalesce(s.started_at, a.opened_at, r.requested_at) end as since
       from vm_requests r
         left join lateral (select min(started_at) as started_at from steps where request_id = r.id and state = 'running') s on true
         left join lateral (select min(opened_at) as opened_at from approvals where request_id = r.id and decision is null) a on true
       where r.closed_at is null and r.state <> 'held' and ($2::text is null or r.site_id = $2)
         and (r.state in ('validating', 'awaitingApproval', 'provisioning', 'retiring', 'active') or s.started_at is not null)
     ) as resting where since < now() - interval '30 seconds' order by since, id limit $1`,
    [limit, siteId ?? null],
  )
  return rows.map(({ id }) => id)
}
