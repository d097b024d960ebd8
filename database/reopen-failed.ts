import { quotaOf } from '@berth/domain/quota.ts'
import { triedAgainFrom } from '@berth/domain/trying-again.ts'
import { approvalsOf } from './facts.ts'
import { holdQuota, lockQuota, quotaLines, shortages } from './quota.ts'
import { RecordsFault } from './records-fault.ts'
import type { Queryable } from './transaction.ts'
import type { ColumnValues, VmRequestRow } from './vm-request-row.ts'
import { refuseTakenName } from './vm-names.ts'
import { addWaitingSteps } from './waiting-steps.ts'

/** A failed request starts over: takes quota and name again or is refused, keeps its approval, and builds in a new round. */
export async function reopenFailed(client: Queryable, request: VmRequestRow): Promise<ColumnValues> {
  await takeQuotaAgain(client, request)
  await refuseTakenName(client, request, request.vm_name)
  const { state } = triedAgainFrom(await approvalsOf(client, request.id))
  const round = request.round + 1
  await addWaitingSteps(client, request.id, round)
  return {
    state,
    round,
    name_held: true,
    hold: null,
    placement: null,
    vm_moid: null,
    address: null,
    retire_to: null,
    reasons: null,
    waiting_for: null,
    closed_at: null,
  }
}

async function takeQuotaAgain(client: Queryable, request: VmRequestRow): Promise<void> {
  const amounts = quotaOf(request.provisioning_request.specification.size)
  await lockQuota(client, request.team_id)
  const missing = shortages(await quotaLines(client, request.team_id, amounts))
  if (missing.length > 0) throw new RecordsFault('quotaExceeded', missing.join('; '))
  await holdQuota(client, request.id, request.team_id, amounts)
}
