import type { VmRequest } from '@berth/contract/vm-request.ts'
import type { VmRequestView } from '@berth/database/vm-request-view.ts'
import { earlier, type Instant } from '@berth/domain/instant.ts'
import { graceWarning, leaseWarnings, undoEndsAt } from '@berth/domain/lease.ts'
import { dueAct } from '@berth/domain/overdue.ts'
import type { HoldStep, VmRequestState } from '@berth/domain/vm-request.ts'

/** When what happens to a VM that was handed over. A held one is where it was held. */

export const stateLivedIn = ({ state, hold }: Pick<VmRequestView, 'state' | 'hold'>): VmRequestState =>
  hold?.heldFrom ?? state

const handedOver: readonly VmRequestState[] = ['active', 'expired', 'released']
const powerSteps: readonly HoldStep[] = ['powerOff', 'powerOn', 'waitForIp']

/** What was asked for and is under way; an extension powers a VM on again that is off, or is just being powered off. */
export function intentOf(view: VmRequestView, now: Instant): VmRequest['intent'] {
  const { intent, leaseEndsAt, steps, hold } = view
  const state = stateLivedIn(view)
  if (!handedOver.includes(state)) return undefined
  if (intent !== undefined) return intent
  if (state === 'released' || leaseEndsAt === undefined || leaseEndsAt <= now) return undefined
  const step = hold?.step ?? steps.findLast((each) => each.state === 'running')?.name
  const isPowered = step !== undefined && powerSteps.includes(step)
  return state === 'expired' || isPowered ? 'resume' : undefined
}

/** Restoring needs both: undo time and lease. */
export function restorableUntil(view: VmRequestView, now: Instant): Instant | undefined {
  const { releasedAt, leaseEndsAt, policy, releaseToldAt } = view
  if (stateLivedIn(view) !== 'released' || releasedAt === undefined || leaseEndsAt === undefined) return undefined
  if (intentOf(view, now) === 'restore') return undefined
  return earlier(undoEndsAt(releasedAt, policy, releaseToldAt), leaseEndsAt)
}

/** When Berth goes on by itself: at the end of the lease, of grace or of the time for restoring, not before a warning is old enough. */
export const dueAtOf = ({ waitingFor: _, ...view }: VmRequestView): Instant | undefined =>
  dueAct({ ...view, requestId: view.id, state: stateLivedIn(view) })?.at

/** When the VM was destroyed, or will be if nobody does anything. */
export function destroyedAt(view: VmRequestView, now: Instant): Instant | undefined {
  const { steps } = view
  const state = stateLivedIn(view)
  const intent = intentOf(view, now)
  if (state === 'released') return intent === 'restore' ? undefined : dueAtOf(view)
  if (state === 'expired') return intent === undefined ? dueAtOf(view) : undefined
  return steps.findLast(({ name, state: done }) => name === 'destroy' && done === 'done')?.endedAt
}

/** The warnings of the present grant, with those that were delivered. */
export function warningsOf(view: VmRequestView, now: Instant): VmRequest['warnings'] {
  const { grant, policy, expiredAt, warnings } = view
  if (grant === undefined) return []
  const staysOff = expiredAt !== undefined && intentOf(view, now) !== 'resume'
  const planned = [...leaseWarnings(grant, policy), ...(staysOff ? [graceWarning(grant, policy, expiredAt)] : [])]
  return planned.map(({ event, at, grantNumber, stage }) => {
    const delivered = warnings.find(
      (done) => done.event === event && done.grantNumber === grantNumber && done.stage === stage,
    )
    return { event, at, ...(delivered !== undefined && { deliveredAt: delivered.deliveredAt }) }
  })
}
