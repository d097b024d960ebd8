import { z } from 'zod'
import { decisions } from '@berth/domain/approval.ts'
import { operatorActions } from '@berth/domain/vm-request.ts'
import { optional } from './optional.ts'
import { identifier, instant, reason, seconds } from './values.ts'
import { holdSteps, vmRequest } from './vm-request.ts'

/** What people may do to a VM request. */

export const decisionBody = z
  .strictObject({
    decision: z.enum(decisions),
    reason: optional(reason),
    approvalId: optional(identifier.meta({ description: 'Required if more than one approval is open' })),
  })
  .meta({ id: 'DecideApproval' })
export type DecisionBody = z.infer<typeof decisionBody>

export const extendBody = z.strictObject({ leaseSeconds: seconds }).meta({ id: 'ExtendLease' })
export type ExtendBody = z.infer<typeof extendBody>

/** For release, restore and cancel. */
export const reasonBody = z.strictObject({ reason: optional(reason) }).meta({ id: 'Reason' })
export type ReasonBody = z.infer<typeof reasonBody>

export const operatorDecisionBody = z
  .strictObject({
    step: z.enum(holdSteps),
    attempt: z
      .number()
      .int()
      .nonnegative()
      .meta({ description: 'The hold’s attempt; a decision about an earlier one is stale' }),
    action: z.enum(operatorActions),
    reason: optional(reason.meta({ description: 'To skip `warn`: how the owner was told' })),
    overrides: optional(z.record(z.string().max(100), z.string().max(500)).meta({ description: 'Refused for now' })),
  })
  .meta({ id: 'OperatorDecision' })
export type OperatorDecisionBody = z.infer<typeof operatorDecisionBody>

export const leaseExtended = z
  .object({
    leaseEndsAt: instant,
    cappedBy: z
      .enum(['perGrant', 'total'])
      .nullable()
      .meta({ description: 'The cap of the policy that made it shorter than wished' }),
    request: vmRequest,
  })
  .meta({ id: 'LeaseExtended' })
export type LeaseExtended = z.infer<typeof leaseExtended>

/** The answer when the view did not show the extension within 5 s: it was accepted all the same. */
export const extensionAccepted = z.object({ request: vmRequest }).meta({ id: 'ExtensionAccepted' })
