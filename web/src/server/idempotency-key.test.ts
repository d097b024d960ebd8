import { expect, test } from '@jest/globals'
import { idempotencyKeys } from './idempotency-key.ts'

test('a form sent twice has one key, a changed form another', () => {
  const { keyFor } = idempotencyKeys()
  const first = keyFor({ purpose: 'a' })
  expect(keyFor({ purpose: 'a' })).toBe(first)
  expect(keyFor({ purpose: 'b' })).not.toBe(first)
  expect(keyFor({ purpose: 'a' })).toBe(first)
})

test('the same wish after an answer is a new one', () => {
  const { keyFor, answered } = idempotencyKeys()
  const first = keyFor({ leaseSeconds: 60 })
  answered({ leaseSeconds: 60 })
  expect(keyFor({ leaseSeconds: 60 })).not.toBe(first)
})
