import { instantOf } from '@berth/domain/instant.ts'
import type { ProvisioningRequest } from '@berth/domain/provisioning-request.ts'
import type { Database } from './connect.ts'

/** Requests whose workflow is not known to have been started, oldest first. Starting one twice is harmless. */
export async function pendingStarts({ pool }: Database, limit = 100): Promise<ProvisioningRequest[]> {
  const { rows } = await pool.query<{ request: ProvisioningRequest }>(
    `select r.provisioning_request as request from outbox o join vm_requests r on r.id = o.request_id
     where o.kind = 'start' and o.done_at is null order by o.id limit $1`,
    [limit],
  )
  return rows.map(({ request }) => request)
}

/** Temporal has it. */
export async function markStarted({ pool }: Database, requestId: string): Promise<void> {
  await pool.query(`update outbox set done_at = coalesce(done_at, $2) where kind = 'start' and request_id = $1`, [
    requestId,
    instantOf(Date.now()),
  ])
}

/** What the request's workflow is started with, now or again. */
export async function provisioningRequestOf({ pool }: Database, requestId: string): Promise<ProvisioningRequest> {
  const { rows } = await pool.query<{ request: ProvisioningRequest }>(
    'select provisioning_request as request from vm_requests where id = $1',
    [requestId],
  )
  const row = rows[0]
  if (row === undefined) throw new Error(`there is no VM request ${requestId}`)
  return row.request
}
