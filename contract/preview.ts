import { z } from 'zod'
import { optional } from './optional.ts'
import { quotaLine } from './quota.ts'
import { waiting } from './waiting.ts'
import { identifier, purpose, seconds, sshPublicKeys, vmName } from './values.ts'

/** A request that is not made yet: what is still missing in the form may be missing here. */
export const previewBody = z
  .strictObject({
    catalogItemId: identifier,
    sizeId: identifier,
    leaseSeconds: seconds,
    purpose: optional(purpose),
    sshPublicKeys: optional(sshPublicKeys),
    name: optional(vmName),
    teamId: optional(identifier),
  })
  .meta({ id: 'PreviewVmRequest' })
export type PreviewVmRequest = z.infer<typeof previewBody>

/** What would come of it. Nothing is stored or reserved. */
export const preview = z
  .object({
    vmName: z.string().meta({ description: 'The name that it would get now' }),
    quota: z.array(quotaLine),
    approval: z.object({
      needed: z.boolean(),
      reason: z.string(),
      approvers: z.array(z.string()),
      approverNames: z.array(z.string()),
    }),
    waitsFor: waiting.optional().meta({ description: 'What would keep it waiting at its site now' }),
    leaseEndsAfterSeconds: seconds.meta({ description: 'Counted from hand-over' }),
    warnings: z.array(
      z.object({
        beforeEndSeconds: z.number(),
        afterSeconds: z.number().meta({ description: 'Counted from hand-over' }),
      }),
    ),
  })
  .meta({ id: 'Preview' })
export type Preview = z.infer<typeof preview>
