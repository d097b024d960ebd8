import type { Instant } from '@berth/domain/instant.ts'
import type { Database } from './connect.ts'
import { transaction } from './transaction.ts'
import { lockRequest } from './vm-request-row.ts'

export interface WaitingFor {
  sentence: string
  since: Instant
}

/**
 * What a person reads on the request while one of its steps runs; a sentence that comes after the step is not shown. Saying
 * the same again is no change.
 */
export const setWaitingFor = ({ pool }: Database, requestId: string, waitingFor: WaitingFor | null): Promise<void> =>
  transaction(pool, async (client) => {
    await lockRequest(client, requestId)
    await client.query(
      `update vm_requests set waiting_for = $2::jsonb
       where id = $1 and waiting_for is distinct from $2::jsonb and closed_at is null
         and ($2::jsonb is null or exists (select from steps where request_id = $1 and state = 'running'))`,
      [requestId, waitingFor === null ? null : JSON.stringify(waitingFor)],
    )
  })
