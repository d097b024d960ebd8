import type { StepName } from '@berth/domain/vm-request.ts'
import type { Database } from './connect.ts'

export interface SiteView {
  id: string
  vcenter: string
  openRequests: number
  heldRequests: number
  /** Steps under way, with how many requests are at each. */
  work: { step: StepName; requests: number }[]
}

/** What Berth knows of its sites; their agents are Temporal's to tell. */
export async function configuredSites({ pool }: Database, id?: string): Promise<SiteView[]> {
  const { rows } = await pool.query<SiteView>(
    `select s.id, s.vcenter, count(r.id)::int as "openRequests", (count(r.id) filter (where r.state = 'held'))::int as "heldRequests",
            (select coalesce(jsonb_agg(jsonb_build_object('step', name, 'requests', requests) order by requests desc, name), '[]')
             from (select t.name, count(*)::int as requests from steps t join vm_requests o on o.id = t.request_id
                   where o.site_id = s.id and o.closed_at is null and t.state = 'running' group by t.name) as under_way) as work
     from sites s left join vm_requests r on r.site_id = s.id and r.closed_at is null
     where s.configured and ($1::text is null or s.id = $1) group by s.id order by s.id`,
    [id ?? null],
  )
  return rows
}
