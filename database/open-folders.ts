import type { Database } from './connect.ts'

/** The managed folders of open requests: their items may have been changed, or dropped, since they were made. */
export async function openFolders({ pool }: Database): Promise<{ siteId: string; folderPath: string }[]> {
  const { rows } = await pool.query<{ siteId: string; folderPath: string }>(
    `select distinct site_id as "siteId", provisioning_request -> 'rules' ->> 'folderPath' as "folderPath"
     from vm_requests where closed_at is null order by 1, 2`,
  )
  return rows
}
