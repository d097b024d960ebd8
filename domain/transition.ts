import type { AppliedMessage } from './applied-message.ts'
import type { Decision } from './approval.ts'
import type { Facts, Hold } from './facts.ts'
import type { Instant } from './instant.ts'
import type { LeaseCap, LeaseGrant } from './lease.ts'
import type { NoticeOrder } from './notice.ts'
import type { Overrides } from './overrides.ts'
import type { HoldStep, StepState, VmRequestState } from './vm-request.ts'

/** Who did it: a user's id, or this for what Berth does by itself. */
export const berthItself = 'berth'

/** What an approver decided, as recorded on the approval's row. */
export interface RecordedDecision {
  approvalId: string
  decision: Decision
  by: string
  reason?: string
}

/** What one transition changes. Absent: unchanged; null: removed. */
export interface Change {
  state?: VmRequestState
  step?: { name: HoldStep; state: StepState; attempt: number }
  /** The step before, done since the last transition: one write says that it ended and what began. */
  finished?: { name: HoldStep; attempt: number }
  round?: number
  hold?: Hold | null
  /** Chosen by an operator for a retry, together with what was chosen before. */
  overrides?: Overrides
  /** The step `place` is done again: its space is given back. */
  placeAgain?: true
  decision?: RecordedDecision
  vmMoid?: string
  address?: string | null
  handedOverAt?: Instant
  grant?: LeaseGrant & { seconds: number; cappedBy: LeaseCap }
  expiredAt?: Instant | null
  releasedAt?: Instant | null
  intent?: 'release' | 'restore' | null
  retireTo?: NonNullable<Facts['retireTo']>
  reasons?: string[]
  /** What an operator told the owner in person, when a hold at `warn` is skipped. */
  warning?: {
    event: 'leaseEnding' | 'destructionNear' | 'vmReleased'
    grantNumber: number
    stage: string
    deliveredAt: Instant
  }
}

/** One recorded step of a life. Its key is (requestId, runId, n); the run is known from the caller's Temporal context. */
export interface Transition {
  requestId: string
  n: number
  at: Instant
  by: string
  /** For the audit: what happened, as verb in past tense, such as `extended`. */
  event: string
  reason?: string
  change: Change
  notices: NoticeOrder[]
  /** The message that caused it, with what its sender is answered: applied once in the life of the request, over all runs. */
  message?: AppliedMessage
}
