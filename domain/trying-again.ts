import { verdict, type Approval } from './approval.ts'
import type { HoldStep, VmRequestState } from './vm-request.ts'

/** Where a failed request goes on when it is tried again: what was approved stays approved. */
export function triedAgainFrom(approvals: readonly Approval[]): { state: VmRequestState; step: HoldStep } {
  const approved = verdict(approvals.filter(({ subject }) => subject === 'request')) === 'approved'
  return approved ? { state: 'provisioning', step: 'place' } : { state: 'validating', step: 'validate' }
}
