import type { Database } from './connect.ts'

export interface SiteView {
  id: string
  vcenter: string
  openRequests: number
  heldRequests: number
}

/** What Berth knows of its sites; their agents are Temporal's to tell. */
export async function configuredSites({ pool }: Database): Promise<SiteView[]> {
  const { rows } = await pool.query<SiteView>(
    `select s.id, s.vcenter, count(r.id)::int as "openRequests", (count(r.id) filter (where r.state = 'held'))::int as "heldRequests"
     from sites s left join vm_requests r on r.site_id = s.id and r.closed_at is null
     where s.configured group by s.id order by s.id`,
  )
  return rows
}
