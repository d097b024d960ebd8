import { z } from 'zod'
import { failures, type FailureCode } from '@berth/domain/failures.ts'
import { listOf, pageQuery } from './list.ts'
import { optional } from './optional.ts'
import { identifier, instant, reason } from './values.ts'
import { holdSteps } from './vm-request.ts'

/** Requests that are held for the same cause: one cure mostly helps all of them. */

const cause = {
  siteId: identifier,
  step: z.enum(holdSteps),
  code: z.enum(Object.keys(failures) as [FailureCode, ...FailureCode[]]),
}

const holdGroup = z
  .object({
    ...cause,
    requests: z.number().int().positive().meta({ description: 'How many are held for it' }),
    since: instant.meta({ description: 'When the first of them was held' }),
    example: z.string().meta({ description: 'What the first of them says' }),
  })
  .meta({ id: 'HoldGroup' })
export type HoldGroup = z.infer<typeof holdGroup>

export const holdGroupList = listOf('HoldGroupList', holdGroup)
export const holdGroupsQuery = z.strictObject({ site: optional(identifier), ...pageQuery })

export const retryHoldGroup = z.strictObject({ ...cause, reason: optional(reason) }).meta({ id: 'RetryHoldGroup' })

export const holdGroupRetried = z
  .object({
    results: z.array(
      z.object({
        requestId: z.uuid(),
        vmName: z.string(),
        outcome: z.enum(['retried', 'underWay', 'refused', 'unavailable']).meta({
          description:
            '`underWay`: handed over, not yet answered; `refused`: `detail` says why, such as that it is no longer held there; `unavailable`: nothing happened',
        }),
        detail: z.string().optional(),
      }),
    ),
    left: z.number().int().nonnegative().meta({ description: 'Held for the same cause and not tried by this call' }),
  })
  .meta({ id: 'HoldGroupRetried' })
export type HoldGroupRetried = z.infer<typeof holdGroupRetried>
