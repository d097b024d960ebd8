import { instantOf } from '@berth/domain/instant.ts'
import type { ProvisioningRequest } from '@berth/domain/provisioning-request.ts'
import { fits, quotaOf, type QuotaLine } from '@berth/domain/quota.ts'
import type { VmRequestState } from '@berth/domain/vm-request.ts'
import { addAppliedMessage, wasApplied } from './applied-messages.ts'
import { appendToRequest } from './audit.ts'
import type { Database } from './connect.ts'
import { lockQuota, quotaLines } from './quota.ts'
import { isNameHeld } from './vm-names.ts'
import { reopenFailed } from './reopen-failed.ts'
import { transaction, violates } from './transaction.ts'
import { lockRequest, updateRequest, type VmRequestRow } from './vm-request-row.ts'

export interface TryAgain {
  requestId: string
  /** The same message is one try. */
  messageId: string
  by: string
  reason?: string
}

export type TryAgainOutcome =
  /** Open again; no run speaks for it yet. `endedRunId` is the run that ended as failed. */
  | { outcome: 'reopened'; request: ProvisioningRequest; endedRunId?: string }
  /** This message has reopened it before, and a run has taken it up since. */
  | { outcome: 'takenUp' }
  | { outcome: 'notFailed'; state: VmRequestState }
  | { outcome: 'quotaExceeded'; lines: QuotaLine[] }
  | { outcome: 'nameTaken'; name: string }

/**
 * Opens a failed request again: takes quota and name, or changes nothing and says why not. Whoever starts its workflow then
 * gets the facts to go on from; if nobody does, reconciling will, as for every open request without a workflow.
 */
export async function tryAgain({ pool }: Database, order: TryAgain): Promise<TryAgainOutcome> {
  let name = ''
  try {
    return await transaction(pool, async (client): Promise<TryAgainOutcome> => {
      const request = await lockRequest(client, order.requestId)
      name = request.vm_name
      if (await wasApplied(client, request.id, order.messageId))
        return request.newest_run_id === null ? reopened(request) : { outcome: 'takenUp' }
      if (request.state !== 'failed') return { outcome: 'notFailed', state: request.state }
      await lockQuota(client, request.team_id)
      const amounts = quotaOf(request.provisioning_request.specification.size)
      const lines = await quotaLines(client, request.team_id, amounts)
      if (!lines.every(fits)) return { outcome: 'quotaExceeded', lines }
      if (await isNameHeld(client, request.site_id, name)) return { outcome: 'nameTaken', name }
      const values = await reopenFailed(client, request)
      const head = await appendToRequest(client, request, {
        at: instantOf(Date.now()),
        by: order.by,
        event: 'reopened',
        reason: order.reason,
        detail: { from: request.state, before: request.newest_run_id, ...values },
      })
      if (head === undefined) throw new Error(`request ${request.id} was reopened without an audit entry`)
      await updateRequest(client, request.id, { ...values, ...head, newest_run_id: null })
      const message = { id: order.messageId, answer: { state: values['state'] as VmRequestState } }
      await addAppliedMessage(client, request.id, message, { seq: head.audit_seq, at: instantOf(Date.now()) })
      return reopened(request)
    })
  } catch (error) {
    // Another request took the name between the look and the write.
    if (violates(error, 'vm_requests_held_name')) return { outcome: 'nameTaken', name }
    throw error
  }
}

const reopened = ({ provisioning_request: request, newest_run_id }: VmRequestRow): TryAgainOutcome => ({
  outcome: 'reopened',
  request,
  ...(newest_run_id !== null && { endedRunId: newest_run_id }),
})
