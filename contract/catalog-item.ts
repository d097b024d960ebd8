import { z } from 'zod'
import { listOf, pageQuery } from './list.ts'
import { optional } from './optional.ts'
import { size } from './size.ts'
import { identifier, seconds } from './values.ts'

/** What a user picks. */
export const catalogItem = z
  .object({
    id: z.string(),
    version: z.number().int(),
    name: z.string(),
    description: z.string().optional(),
    os: z.string(),
    siteId: z.string(),
    sizes: z.array(size),
    sshUser: z.string(),
    sshPort: z.number().int(),
    lease: z
      .object({
        defaultSeconds: seconds,
        minLeaseSeconds: seconds,
        maxGrantSeconds: seconds,
        maxTotalSeconds: seconds,
      })
      .meta({ description: 'What may be asked for' }),
    approval: z.object({
      notNeededFor: z.object({ sizeIds: z.array(z.string()), maxLeaseSeconds: seconds }).optional(),
    }),
    usuallyReadySeconds: z.number().optional().meta({ description: 'Median of the latest builds' }),
  })
  .meta({ id: 'CatalogItem' })
export type CatalogItem = z.infer<typeof catalogItem>

export const catalogItemList = listOf('CatalogItemList', catalogItem)
export const catalogItemsQuery = z.strictObject({ site: optional(identifier), ...pageQuery })
