import type { DeliveredWarning, Hold } from './facts.ts'
import { addSeconds, type Instant } from './instant.ts'
import { gateOpensAt, noticeNeededSeconds, undoEndsAt, type LeaseGrant } from './lease.ts'
import type { Policy } from './policy.ts'
import type { VmRequestState } from './vm-request.ts'

/** A request whose next act by time has passed, as far as a glance at the record tells. */
export interface LateRequest {
  requestId: string
  vmName: string
  state: VmRequestState
  policy: Policy
  hold?: Hold
  grant?: LeaseGrant
  expiredAt?: Instant
  releasedAt?: Instant
  /** When its owner was told, where somebody else gave it back. */
  releaseToldAt?: Instant
  warnings: DeliveredWarning[]
  /** What its page says that it waits for. */
  waitingFor?: string
}

/** What its workflow is doing, as Temporal knows. */
export interface WorkflowStanding {
  paused?: { by: string; reason: string }
  /** Tries of the workflow task that is pending: more than a few are a fault of the code. */
  taskAttempts?: number
  pending?: { activity: string; attempt: number; lastFailure?: string }
}

/** An act that Berth does by time is overdue when it is so late: retries and outages of minutes are no news. */
export const overdueAfterSeconds = 300

interface DueAct {
  at: Instant
  /** What should have happened. */
  sentence: string
}

/** What Berth should have done and when; a warning that was delivered late moves the act. */
export function dueAct({ vmName, state, hold, grant, policy, ...life }: LateRequest): DueAct | undefined {
  const { expiredAt, releasedAt, releaseToldAt } = life
  const told = (event: DeliveredWarning['event']): Instant | undefined =>
    life.warnings
      .filter((warning) => warning.event === event && warning.grantNumber === grant?.number)
      .map(({ deliveredAt }) => deliveredAt)
      .sort()[0]
  const gated = (dueAt: Instant, deliveredAt: Instant | undefined, neededSeconds: number): Instant =>
    deliveredAt === undefined ? dueAt : gateOpensAt(dueAt, deliveredAt, neededSeconds)

  if (state === 'active' && grant !== undefined) {
    const at = gated(grant.endsAt, told('leaseEnding'), noticeNeededSeconds(grant, policy))
    return { at, sentence: `the lease of ${vmName} is over, and it was not powered off` }
  }
  if (state === 'expired' && expiredAt !== undefined) {
    const graceEndsAt = addSeconds(expiredAt, policy.graceSeconds)
    const at = gated(graceEndsAt, told('destructionNear'), policy.graceSeconds / 2)
    return { at, sentence: `the grace period of ${vmName} is over, and it was not destroyed` }
  }
  if (state === 'released' && releasedAt !== undefined) {
    const at = undoEndsAt(releasedAt, policy, releaseToldAt)
    return { at, sentence: `${vmName} was given back, and was not destroyed when its time was over` }
  }
  if (state === 'held' && hold?.cleanUpAt !== undefined)
    return { at: hold.cleanUpAt, sentence: `${vmName} is held, and was not cleaned up when its time was over` }
  return undefined
}

const manyTaskAttempts = 3

/** Why, as far as Temporal and the record tell. */
export function overdueBecause({ paused, taskAttempts = 0, pending }: WorkflowStanding, waitingFor?: string): string {
  if (paused !== undefined)
    return `its workflow is paused${paused.by === '' ? '' : ` by ${paused.by}`}${paused.reason === '' ? '' : ` (${paused.reason})`}`
  if (taskAttempts >= manyTaskAttempts)
    return `its workflow task fails, ${taskAttempts} tries so far: see the workflow’s history`
  if (pending?.lastFailure !== undefined)
    return `${pending.activity} was tried ${pending.attempt} times: ${pending.lastFailure}`
  if (waitingFor !== undefined) return waitingFor
  if (pending !== undefined) return `${pending.activity} is under way, attempt ${pending.attempt}`
  return 'its workflow runs, and nothing of it is pending'
}
