import type { ProvisioningRequest } from '@berth/domain/provisioning-request.ts'
import type { Life } from './life.ts'
import { withFallback } from './life.ts'
import { cancelBeforeBuilding } from './owner-letters.ts'
import { holdStep, lastAttempt } from './perform-step.ts'

/** Is the item still offered, are quota and name held? Then it is approved by a rule, or somebody is asked. */
export async function checkRequest(life: Life): Promise<void> {
  const { requestId, approval }: ProvisioningRequest = life.request
  await life.attend(Promise.resolve(), { cancelRequest: cancelBeforeBuilding(life) })
  if (life.facts.state !== 'validating') return

  const reasons = life.takeObjections() ?? (await withFallback((records) => records.validateRequest(requestId)))
  if (reasons.length > 0) {
    await life.record({
      event: 'rejected',
      reason: reasons.join('; '),
      change: { state: 'rejected', reasons },
      notices: [{ event: 'requestRejected', audience: 'owner', grantNumber: 0, stage: '0' }],
    })
    return
  }
  if (approval.needed) return askApprovers(life)
  await life.moveOn({ event: 'approvedByRule', reason: approval.reason, change: { state: 'provisioning' } })
}

async function askApprovers(life: Life): Promise<void> {
  const openedAt = life.now
  try {
    const approvals = await withFallback((records) => records.openApprovals(life.request.requestId, openedAt))
    life.learn({ approvals })
  } catch (error) {
    return holdStep(life, 'approve', lastAttempt(life, 'approve') + 1, error)
  }
  await life.record({
    event: 'approvalAsked',
    reason: life.request.approval.reason,
    change: { state: 'awaitingApproval' },
    notices: [{ event: 'approvalNeeded', audience: 'approvers', grantNumber: 0, stage: '0' }],
  })
}
