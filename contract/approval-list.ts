import { z } from 'zod'
import { approval } from './approval.ts'
import { listOf, pageQuery } from './list.ts'
import { optional } from './optional.ts'
import { quotaLine } from './quota.ts'
import { instant } from './values.ts'
import { vmRequest } from './vm-request.ts'

/** A decision that waits for the caller, or that the caller made, with what one needs to know to decide. */
export const approvalItem = z
  .object({
    approval,
    request: vmRequest,
    lapsesAt: instant.optional(),
    quota: z.array(quotaLine).meta({ description: 'The team’s quota without and with this request' }),
    ownersRequests: z
      .object({ total: z.number().int(), open: z.number().int(), declined: z.number().int() })
      .meta({ description: 'How many requests this person has made' }),
  })
  .meta({ id: 'ApprovalItem' })
export type ApprovalItem = z.infer<typeof approvalItem>

export const approvalList = listOf('ApprovalList', approvalItem)

export const approvalsQuery = z.strictObject({
  decidedBy: optional(
    z.literal('me').meta({ description: 'What the caller decided, latest first; absent: what waits for the caller' }),
  ),
  ...pageQuery,
})
