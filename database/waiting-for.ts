import type { Instant } from '@berth/domain/instant.ts'
import type { Database } from './connect.ts'

export interface WaitingFor {
  sentence: string
  since: Instant
}

/** What a person reads on the request while it waits. Saying the same again is no change. */
export async function setWaitingFor(
  { pool }: Database,
  requestId: string,
  waitingFor: WaitingFor | null,
): Promise<void> {
  await pool.query(
    `update vm_requests set waiting_for = $2::jsonb where id = $1 and waiting_for is distinct from $2::jsonb and closed_at is null`,
    [requestId, waitingFor === null ? null : JSON.stringify(waitingFor)],
  )
}
