import { createHmac, hkdfSync, randomBytes } from 'node:crypto'

/** Personal access tokens: 256 bits behind a prefix that secret scanners can find. The database keeps only a hash. */
const prefix = 'berth_pat_'
const shape = /^berth_pat_[\w-]{43}$/

export const newAccessToken = (): string => `${prefix}${randomBytes(32).toString('base64url')}`

/**
 * Secrets that can be told again to whoever repeats a call, though none is stored. The server's key and the token's
 * random id carry them: an Idempotency-Key may be guessable.
 */
export function repeatableAccessTokens(serverSecret: string) {
  const key = Buffer.from(hkdfSync('sha256', serverSecret, '', 'berth personal access tokens', 32))
  return (userId: string, idempotencyKey: string, tokenId: string): string => {
    const told = JSON.stringify([userId, idempotencyKey, tokenId])
    return `${prefix}${createHmac('sha256', key).update(told).digest('base64url')}`
  }
}

/** The token of an Authorization header; undefined where the header holds nothing that we ever gave out. */
export function bearerToken(authorization: string): string | undefined {
  const [scheme, token, ...rest] = authorization.split(' ')
  if (scheme?.toLowerCase() !== 'bearer' || rest.length > 0) return undefined
  return token !== undefined && shape.test(token) ? token : undefined
}
