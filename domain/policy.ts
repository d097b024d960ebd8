/** The policy resolved for one request when it is created; later changes of configuration affect new requests only. All durations in seconds. */
export interface Policy {
  /** Longest single grant. */
  maxGrantSeconds: number
  /** Longest total, counted from hand-over. */
  maxTotalSeconds: number
  /** Shortest lease that may be asked for. */
  minLeaseSeconds: number
  /** Before the end of the lease, longest first. */
  warningSeconds: number[]
  /** How long an expired VM is kept powered off. */
  graceSeconds: number
  /** How long a released VM can be restored. */
  undoSeconds: number
  freeExtensions: number
  approvalReminderSeconds: number
  approvalEscalationSeconds: number
  approvalLapseSeconds: number
  /** How long an address must stay the same before it is believed. */
  addressSettleSeconds: number
  /** How long to wait for a usable address before an operator is asked. */
  addressTimeoutSeconds: number
  /** How long the guest has to shut down before it is powered off hard. */
  guestShutdownSeconds: number
  /** How long transient failures are retried before an operator is asked. */
  transientLimitSeconds: number
  /** When a hold in `provisioning` is cleaned up. */
  holdCleanUpSeconds: number
  /** Caps grace and undo at the length of the first lease, so that a whole life can be watched in minutes. */
  capGraceAndUndoAtFirstLease: boolean
}

const hour = 3_600
const day = 24 * hour

export const defaultPolicy: Policy = {
  maxGrantSeconds: 30 * day,
  maxTotalSeconds: 90 * day,
  minLeaseSeconds: hour,
  warningSeconds: [7 * day, 3 * day, day, 2 * hour],
  graceSeconds: 7 * day,
  undoSeconds: day,
  freeExtensions: 2,
  approvalReminderSeconds: day,
  approvalEscalationSeconds: 3 * day,
  approvalLapseSeconds: 7 * day,
  addressSettleSeconds: 10,
  addressTimeoutSeconds: 15 * 60,
  guestShutdownSeconds: 120,
  transientLimitSeconds: 4 * hour,
  holdCleanUpSeconds: 7 * day,
  capGraceAndUndoAtFirstLease: false,
}

/** What a new request is offered first when its item says nothing else. */
export const defaultLeaseSeconds = 14 * day

/** The policy as it applies to a request with this first lease. */
export function policyFor(policy: Policy, leaseSeconds: number): Policy {
  if (!policy.capGraceAndUndoAtFirstLease) return policy
  return {
    ...policy,
    graceSeconds: Math.min(policy.graceSeconds, leaseSeconds),
    undoSeconds: Math.min(policy.undoSeconds, leaseSeconds),
  }
}
