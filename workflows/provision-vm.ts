import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  workflowInfo,
} from '@temporalio/workflow'
import type { ProvisioningRequest } from '@berth/domain/provisioning-request.ts'
import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import { isFinal, type FinalState } from '@berth/domain/vm-request.ts'
import { awaitApproval } from './await-approval.ts'
import { awaitOperator } from './await-operator.ts'
import { buildVm } from './build-vm.ts'
import { checkRequest } from './check-request.ts'
import { keepThroughGrace, keepUntilLeaseEnds, keepUntilUndoEnds } from './keep-lease.ts'
import { FactsReplaced, Life, type Carry } from './life.ts'
import { stopExplaining } from './perform-step.ts'
import { retireVm } from './retire-vm.ts'

export interface Outcome {
  state: FinalState
  reasons?: string[]
}

/**
 * The life of one VM request, from submission to the VM's removal. It enters at the recorded state, so that a reset, a
 * new run or a new version goes on where the request is, whatever was built meanwhile.
 */
export async function provisionVm(request: ProvisioningRequest, carry?: Carry): Promise<Outcome> {
  refuseForeignId(request)
  const root = CancellationScope.current()
  return CancellationScope.nonCancellable(async () => {
    const life = await Life.open(request, carry, root)
    while (!isFinal(life.facts.state)) {
      try {
        await liveOn(life)
      } catch (error) {
        if (!(error instanceof FactsReplaced)) throw error
      } finally {
        stopExplaining(life)
      }
    }
    return close(life, life.facts.state)
  })
}

/** Temporal lets one workflow of an id run: under another id ("start like this one") a request would have two. */
function refuseForeignId({ siteId, requestId }: ProvisioningRequest): void {
  const { workflowId } = workflowInfo()
  const own = vmRequestWorkflowId(siteId, requestId)
  if (workflowId !== own)
    throw ApplicationFailure.nonRetryable(`request ${requestId} lives only in workflow ${own}`, 'badMessage')
}

async function liveOn(life: Life): Promise<void> {
  switch (life.facts.state) {
    case 'validating':
      return checkRequest(life)
    case 'awaitingApproval':
      return awaitApproval(life)
    case 'provisioning':
      return buildVm(life)
    case 'active':
      await rollOverIfDue(life)
      return keepUntilLeaseEnds(life)
    case 'expired':
      return keepThroughGrace(life)
    case 'released':
      return keepUntilUndoEnds(life)
    case 'held':
      return awaitOperator(life)
    default:
      return retireVm(life)
  }
}

/** A full history is left behind on entering the lease's wait. */
async function rollOverIfDue(life: Life): Promise<void> {
  if (!workflowInfo().continueAsNewSuggested) return
  // What brought us here is told just now: it gets a moment, since deliveries do not move to the next run.
  await condition(() => !life.isTelling || life.inbox.letters.length > 0, '5 seconds')
  await condition(() => allHandlersFinished() || life.inbox.letters.length > 0)
  if (life.isTelling || life.inbox.letters.length > 0) return
  await continueAsNew<typeof provisionVm>(life.request, life.carry())
}

async function close(life: Life, state: FinalState): Promise<Outcome> {
  await life.close()
  await condition(allHandlersFinished)
  const { reasons, hold } = life.facts
  if (state === 'failed')
    throw ApplicationFailure.nonRetryable(reasons?.join('; ') ?? 'failed', hold?.code ?? 'outOfRetries')
  return { state, ...(reasons !== undefined && { reasons }) }
}
