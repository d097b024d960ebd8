import { z } from 'zod'
import { listOf, pageQuery } from './list.ts'
import { optional } from './optional.ts'
import { instant } from './values.ts'

const longestTokenSeconds = 366 * 86_400

/** A personal access token: acts for the person who made it. */
const members = {
  id: z.uuid(),
  name: z.string(),
  createdAt: instant,
  expiresAt: instant.optional(),
  lastUsedAt: instant.optional(),
}

export const token = z.object(members).meta({ id: 'Token' })
export type Token = z.infer<typeof token>

export const tokenList = listOf('TokenList', token)
export const tokensQuery = z.strictObject(pageQuery)

export const createToken = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    expiresInSeconds: optional(z.number().int().positive().max(longestTokenSeconds)),
  })
  .meta({ id: 'CreateToken' })
export type CreateToken = z.infer<typeof createToken>

export const tokenCreated = z
  .object({
    ...members,
    token: z.string().meta({
      description:
        'Shown this once, and to repetitions with the same Idempotency-Key within an hour; only its hash is stored',
    }),
  })
  .meta({ id: 'TokenCreated' })
export type TokenCreated = z.infer<typeof tokenCreated>
