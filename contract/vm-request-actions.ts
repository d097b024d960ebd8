import { z } from 'zod'
import { decisions } from '@berth/domain/approval.ts'
import { longestKeepSeconds, operatorActions } from '@berth/domain/vm-request.ts'
import { optional } from './optional.ts'
import { identifier, instant, reason, seconds, vmName } from './values.ts'
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

const chosen = z.string().min(1).max(500)

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
    overrides: optional(
      z
        .strictObject({
          datastore: optional(chosen),
          network: optional(chosen),
          resourcePool: optional(chosen.meta({ description: 'An inventory path' })),
          vmName: optional(vmName),
        })
        .meta({ id: 'Overrides', description: 'With `retry`: choices among the hold’s `overridable`' }),
    ),
    keepSeconds: optional(
      z
        .number()
        .int()
        .positive()
        .max(longestKeepSeconds)
        .meta({ description: 'With `keep`: how long before it is cleaned up' }),
    ),
  })
  .refine(({ overrides, action }) => overrides === undefined || action === 'retry', {
    path: ['overrides'],
    message: 'go only with retry',
  })
  .refine(({ keepSeconds, action }) => keepSeconds === undefined || action === 'keep', {
    path: ['keepSeconds'],
    message: 'goes only with keep',
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
