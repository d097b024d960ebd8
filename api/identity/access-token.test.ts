import { expect, test } from '@jest/globals'
import { bearerToken, newAccessToken, repeatableAccessTokens } from './access-token.ts'

const secret = 'a-session-secret-for-tests-that-is-long'
const made = repeatableAccessTokens(secret)('dora', 'key', 'id')

test('a repeatable token is the same for the same call, and another when anything differs', () => {
  expect(repeatableAccessTokens(secret)('dora', 'key', 'id')).toBe(made)
  const others = [
    repeatableAccessTokens(`${secret}!`)('dora', 'key', 'id'),
    repeatableAccessTokens(secret)('dan', 'key', 'id'),
    repeatableAccessTokens(secret)('dora', 'key2', 'id'),
    repeatableAccessTokens(secret)('dora', 'key', 'id2'),
    repeatableAccessTokens(secret)('dora', '', 'keyid'),
    newAccessToken(),
  ]
  expect(new Set([made, ...others]).size).toBe(7)
})

test('every token that is made is taken as bearer token', () => {
  for (const token of [made, newAccessToken()]) expect(bearerToken(`Bearer ${token}`)).toBe(token)
})
