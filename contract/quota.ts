import { z } from 'zod'
import { quotaResources, type QuotaLine } from '@berth/domain/quota.ts'
import { listOf, pageQuery } from './list.ts'

const resource = z.enum(quotaResources)
const limit = z.number().nullable().meta({ description: 'null: no limit' })

/** used + requested must not exceed the limit. */
export const quotaLine = z
  .object({ resource, used: z.number(), requested: z.number(), limit })
  .meta({ id: 'QuotaLine' }) satisfies z.ZodType<QuotaLine>

export const quota = z
  .object({
    teamId: z.string(),
    teamName: z.string(),
    lines: z.array(z.object({ resource, used: z.number(), limit })),
  })
  .meta({ id: 'Quota' })
export type Quota = z.infer<typeof quota>

export const quotaList = listOf('QuotaList', quota)
export const quotasQuery = z.strictObject(pageQuery)
