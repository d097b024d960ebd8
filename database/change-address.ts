import type { Hold } from '@berth/domain/facts.ts'
import type { Instant } from '@berth/domain/instant.ts'
import { berthItself } from '@berth/domain/transition.ts'
import { appendToRequest } from './audit.ts'
import type { Database } from './connect.ts'
import { transaction, type Queryable } from './transaction.ts'
import { lockRequest, updateRequest, type VmRequestRow } from './vm-request-row.ts'

/**
 * People are shown the address that the VM reports now, and its history says since when. While a step is under way the
 * workflow is about to say what the address is, and a VM that is not in use has none.
 */
export const changeAddress = (database: Database, requestId: string, address: string, at: Instant): Promise<void> =>
  transaction(database.pool, async (client) => {
    const request = await lockRequest(client, requestId)
    if (request.address === address || !isInUse(request) || (await isBusy(client, requestId))) return
    const head = await appendToRequest(client, request, {
      at,
      by: berthItself,
      event: 'addressChanged',
      detail: { address: { from: request.address, to: address } },
    })
    await updateRequest(client, requestId, { ...head, address })
    await client.query(
      `update findings set resolved_at = $2, repaired_at = $2
       where request_id = $1 and kind = 'addressChanged' and resolved_at is null`,
      [requestId, at],
    )
  })

const isInUse = ({ state, hold }: Pick<VmRequestRow, 'state'> & { hold: Hold | null }): boolean =>
  state === 'active' || (state === 'held' && hold?.heldFrom === 'active')

async function isBusy(client: Queryable, requestId: string): Promise<boolean> {
  const { rowCount } = await client.query(`select 1 from steps where request_id = $1 and state = 'running'`, [
    requestId,
  ])
  return rowCount !== 0
}
