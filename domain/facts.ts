import type { Approval } from './approval.ts'
import type { FailureCode } from './failures.ts'
import type { Instant } from './instant.ts'
import type { LeaseGrant } from './lease.ts'
import type { NoticeOrder } from './notice.ts'
import type { Overrides } from './overrides.ts'
import type { Placement } from './placement.ts'
import type { AppliedMessage } from './applied-message.ts'
import type { FinalState, HoldableState, HoldStep, OperatorAction, StepState, VmRequestState } from './vm-request.ts'

/** A stopped step that waits for a person. */
export interface Hold {
  heldFrom: HoldableState
  step: HoldStep
  /** Counts the tries of this step in the life of the request; decisions about an earlier one are stale. */
  attempt: number
  code: FailureCode
  message: string
  actions: OperatorAction[]
  /** Only for holds before hand-over: when the request is given up and cleaned up. */
  cleanUpAt?: Instant
  /** An operator gave the request up; what was built is kept for diagnosis until `cleanUpAt`. */
  givenUp?: true
}

export interface StepFact {
  name: HoldStep
  /** 1 for the first build; extending out of grace and restoring power the VM on in a further round. */
  round: number
  state: StepState
  attempt: number
}

/** A warning that was accepted by a mail server or webhook. */
export interface DeliveredWarning {
  event: 'leaseEnding' | 'destructionNear'
  grantNumber: number
  stage: string
  deliveredAt: Instant
}

/** What the database knows about a request and what outlives every run of its workflow. */
export interface Facts {
  state: VmRequestState
  round: number
  steps: StepFact[]
  approvals: Approval[]
  hold?: Hold
  placement?: Placement
  /** Its moid, as vCenter named it when it was cloned or adopted. */
  vmMoid?: string
  /** What an operator chose for a retry; holds for the rest of the life. */
  overrides?: Overrides
  address?: string
  handedOverAt?: Instant
  grant?: LeaseGrant
  /** Extensions granted so far. */
  extensions: number
  warnings: DeliveredWarning[]
  expiredAt?: Instant
  releasedAt?: Instant
  /** Who gave it back last: a release by somebody else than the owner is no warning of its own. */
  releasedBy?: string
  /** The owner asked for it and it is under way: power off to release, power on to restore. */
  intent?: 'release' | 'restore'
  /** Where `retiring` ends. */
  retireTo?: FinalState
  /** Why it was rejected, cancelled or failed. */
  reasons?: string[]
  /** Only in the answer to a run that was not known before. */
  tookOver?: true
  /** The number of the last transition that this run recorded; a lost workflow task may have recorded more than is known. */
  lastTransition?: number
  /** Notices that gate nothing and were not delivered yet, for a run that takes over. */
  pendingNotices?: NoticeOrder[]
  /** The last 100 messages that were applied, in whatever run, oldest first. */
  appliedMessages?: AppliedMessage[]
}
