import type { Database } from './connect.ts'

/** What a request's view does not tell of why it waits. */
export interface WaitingFacts {
  /** How often its approvers were reminded; telling them and the operators that time runs out is a reminder too. */
  reminders: number
  /** Clones at its site that began before its own and have not ended. */
  earlierClones: number
}

export async function waitingFactsOf(
  { pool }: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, WaitingFacts>> {
  const { rows } = await pool.query<WaitingFacts & { id: string }>(
    `select r.id,
            (select count(distinct event) from notices n where n.request_id = r.id and n.audience = 'approvers'
               and n.state = 'delivered' and n.event in ('approvalReminder', 'approvalEscalation'))::int as reminders,
            (select count(*) from steps own
               join steps other on other.name = 'clone' and other.state = 'running' and other.started_at < own.started_at
               join vm_requests o on o.id = other.request_id and o.site_id = r.site_id and o.closed_at is null
             where own.request_id = r.id and own.name = 'clone' and own.state = 'running')::int as "earlierClones"
     from vm_requests r where r.id = any ($1)`,
    [ids],
  )
  return new Map(rows.map(({ id, ...facts }) => [id, facts]))
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
