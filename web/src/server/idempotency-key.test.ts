import { expect, test } from '@jest/globals'
import { idempotencyKeys } from './idempotency-key.ts'

test('a form sent twice has one key, a changed form another', () => {
  const keyFor = idempotencyKeys()
  const first = keyFor({ purpose: 'a' })
  expect(keyFor({ purpose: 'a' })).toBe(first)
  expect(keyFor({ purpose: 'b' })).not.toBe(first)
})
