import { z } from 'zod'
import type { Policy } from '@berth/domain/policy.ts'
import { listOf, pageQuery } from './list.ts'
import { seconds } from './values.ts'

/** Every value of a policy; also what `berth.yaml` may set of it. */
export const policyValues = {
  maxGrantSeconds: seconds,
  maxTotalSeconds: seconds,
  minLeaseSeconds: seconds,
  warningSeconds: z.array(seconds).min(1).max(20),
  graceSeconds: seconds,
  undoSeconds: seconds,
  freeExtensions: z.number().int().nonnegative(),
  approvalReminderSeconds: seconds,
  approvalEscalationSeconds: seconds,
  approvalLapseSeconds: seconds,
  /** 0 believes the first usable address. */
  addressSettleSeconds: z.number().int().nonnegative(),
  addressTimeoutSeconds: seconds,
  guestShutdownSeconds: z.number().int().nonnegative(),
  transientLimitSeconds: seconds,
  holdCleanUpSeconds: seconds,
  capGraceAndUndoAtFirstLease: z.boolean(),
}

/** A policy as it applies to new requests: the default one, or a catalog item's. */
export const policy = z
  .object({
    id: z.string().meta({ description: '`default`, or the id of the catalog item that it applies to' }),
    values: z.object(policyValues).meta({ id: 'PolicyValues' }) satisfies z.ZodType<Policy>,
  })
  .meta({ id: 'Policy' })
export type PolicyEntry = z.infer<typeof policy>

export const policyList = listOf('PolicyList', policy)
export const policiesQuery = z.strictObject(pageQuery)
