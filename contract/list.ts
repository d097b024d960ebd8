import { z } from 'zod'
import { optional } from './optional.ts'

/** The shape of every list: what is left out is fetched with `cursor=nextCursor`. */
export const listOf = <S extends z.ZodType>(id: string, item: S) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() }).meta({ id })

/** What every list may be asked. */
export const pageQuery = {
  cursor: optional(z.string().max(500).meta({ description: '`nextCursor` of the page before' })),
  limit: z.coerce.number().int().min(1).max(200).default(50),
}
