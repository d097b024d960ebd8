import type { Database } from './connect.ts'

/** The keys of somebody's earlier requests, latest first: what a form offers. */
export async function earlierSshKeys({ pool }: Database, userId: string, limit = 5): Promise<string[]> {
  const { rows } = await pool.query<{ key: string }>(
    `select key from vm_requests r,
       jsonb_array_elements_text(r.provisioning_request -> 'specification' -> 'sshPublicKeys') as key
     where r.requester_id = $1 group by key order by max(r.requested_at) desc, key limit $2`,
    [userId, limit],
  )
  return rows.map(({ key }) => key)
}
