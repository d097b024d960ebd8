import { randomBytes } from 'node:crypto'

/** Personal access tokens: 256 random bits behind a prefix that secret scanners can find. The database keeps only a hash. */
const prefix = 'berth_pat_'
const shape = /^berth_pat_[\w-]{43}$/

export const newAccessToken = (): string => `${prefix}${randomBytes(32).toString('base64url')}`

/** The token of an Authorization header; undefined where the header holds nothing that we ever gave out. */
export function bearerToken(authorization: string): string | undefined {
  const [scheme, token, ...rest] = authorization.split(' ')
  if (scheme?.toLowerCase() !== 'bearer' || rest.length > 0) return undefined
  return token !== undefined && shape.test(token) ? token : undefined
}
