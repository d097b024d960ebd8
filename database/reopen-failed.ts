import { quotaOf } from '@berth/domain/quota.ts'
import { triedAgainFrom } from '@berth/domain/trying-again.ts'
import { approvalsOf } from './facts.ts'
import { holdQuota, lockQuota, quotaLines, shortages } from './quota.ts'
import { RecordsFault } from './records-fault.ts'
import type { Queryable } from './transaction.ts'
import type { ColumnValues, VmRequestRow } from './vm-request-row.ts'
import { addWaitingSteps } from './waiting-steps.ts'

/** A failed request starts over: takes quota and name again or is refused, keeps its approval, and builds in a new round. */
export async function reopenFailed(client: Queryable, request: VmRequestRow): Promise<ColumnValues> {
  await takeQuotaAgain(client, request)
  await refuseTakenName(client, request)
  const { state } = triedAgainFrom(await approvalsOf(client, request.id))
  const round = request.round + 1
  await addWaitingSteps(client, request.id, round)
  return {
    state,
    round,
    name_held: true,
    hold: null,
    placement: null,
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

async function refuseTakenName(client: Queryable, request: VmRequestRow): Promise<void> {
  const { rowCount } = await client.query(
    'select 1 from vm_requests where site_id = $1 and vm_name = $2 and name_held and id <> $3',
    [request.site_id, request.vm_name, request.id],
  )
  if (rowCount !== 0) throw new RecordsFault('nameTaken', `${request.vm_name} now belongs to another request`)
}
