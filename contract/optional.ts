import type { z } from 'zod'

/** A member that may be absent but is never undefined: JSON has no undefined, so callers get `name?: string` exactly. */
export const optional = <S extends z.ZodType>(schema: S): z.ZodExactOptional<S> =>
  schema.optional() as unknown as z.ZodExactOptional<S>
