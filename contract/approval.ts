import { z } from 'zod'
import { decisions } from '@berth/domain/approval.ts'
import { instant } from './values.ts'

/** One needed decision of a VM request. */
export const approval = z
  .object({
    id: z.string(),
    subject: z.enum(['request', 'extension']),
    level: z.number().int().positive(),
    approvers: z.array(z.string()).meta({ description: 'Ids of the users, any one of whom may decide' }),
    approverNames: z.array(z.string()),
    openedAt: instant.optional(),
    decision: z.enum(decisions).optional(),
    by: z.string().optional(),
    byName: z.string().optional(),
    reason: z.string().optional(),
    decidedAt: instant.optional(),
  })
  .meta({ id: 'Approval' })
export type Approval = z.infer<typeof approval>
