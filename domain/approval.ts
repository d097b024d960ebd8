import type { Instant } from './instant.ts'

/** One needed decision. Any-of is one row with several approvers; level n+1 opens when level n is approved; one decline ends the subject. */
export interface Approval {
  id: string
  subject: 'request' | 'extension'
  specHash: string
  level: number
  approvers: string[]
  openedAt?: Instant
  decision?: Decision
  by?: string
  reason?: string
  decidedAt?: Instant
}

export const decisions = ['approved', 'declined'] as const
export type Decision = (typeof decisions)[number]

/** When a catalog item needs no approval. Absent limits never excuse. */
export interface ApprovalRule {
  notNeededFor?: { sizeIds: string[]; maxLeaseSeconds: number }
}

export interface ApprovalNeed {
  needed: boolean
  /** For people: why, or why not. */
  reason: string
}

export function approvalNeed(rule: ApprovalRule, sizeId: string, leaseSeconds: number): ApprovalNeed {
  const excused = rule.notNeededFor
  if (excused === undefined)
    return { needed: true, reason: 'every request of this catalog item is approved by a person' }
  if (!excused.sizeIds.includes(sizeId)) return { needed: true, reason: `size ${sizeId} always needs an approval` }
  if (leaseSeconds > excused.maxLeaseSeconds)
    return { needed: true, reason: `a lease above ${hours(excused.maxLeaseSeconds)} needs an approval` }
  return { needed: false, reason: `${sizeId} for up to ${hours(excused.maxLeaseSeconds)} needs no approval` }
}

/** Whether any request can need an approval, when these sizes are offered for at most `maxLeaseSeconds`. */
export const approvalCanBeNeeded = (rule: ApprovalRule, sizeIds: readonly string[], maxLeaseSeconds: number): boolean =>
  sizeIds.some((sizeId) => approvalNeed(rule, sizeId, maxLeaseSeconds).needed)

/** Four eyes: whoever asks, or whom the VM is for, never decides. */
export const eligibleApprovers = (approvers: readonly string[], involved: readonly string[]): string[] =>
  approvers.filter((approver) => !involved.includes(approver))

export const openApproval = (approvals: readonly Approval[], approvalId?: string): Approval | undefined => {
  const open = approvals.filter((approval) => approval.openedAt !== undefined && approval.decision === undefined)
  return approvalId === undefined ? (open.length === 1 ? open[0] : undefined) : open.find(({ id }) => id === approvalId)
}

/** What the rows of one subject come to. */
export function verdict(approvals: readonly Approval[]): Decision | 'open' {
  if (approvals.some(({ decision }) => decision === 'declined')) return 'declined'
  return approvals.length > 0 && approvals.every(({ decision }) => decision === 'approved') ? 'approved' : 'open'
}

const hours = (seconds: number): string =>
  seconds % 3_600 === 0 ? `${seconds / 3_600} h` : seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`
