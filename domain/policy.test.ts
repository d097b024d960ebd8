import { describe, expect, test } from '@jest/globals'
import { defaultLeaseSeconds, defaultPolicy, policyFor } from './policy.ts'

describe('the policy of a request', () => {
  test('is the configured one unless grace and undo are capped', () => {
    expect(policyFor(defaultPolicy, 60)).toEqual(defaultPolicy)
  })

  test('caps grace and undo at the first lease where the configuration says so', () => {
    const short = policyFor({ ...defaultPolicy, capGraceAndUndoAtFirstLease: true }, 60)
    expect(short).toMatchObject({ graceSeconds: 60, undoSeconds: 60, maxGrantSeconds: defaultPolicy.maxGrantSeconds })
  })

  test('a cap never lengthens them', () => {
    const capped = policyFor({ ...defaultPolicy, capGraceAndUndoAtFirstLease: true }, 365 * 86_400)
    expect(capped).toMatchObject({ graceSeconds: defaultPolicy.graceSeconds, undoSeconds: defaultPolicy.undoSeconds })
  })

  test('the default lease is within the default policy', () => {
    expect(defaultLeaseSeconds).toBeGreaterThanOrEqual(defaultPolicy.minLeaseSeconds)
    expect(defaultLeaseSeconds).toBeLessThanOrEqual(defaultPolicy.maxGrantSeconds)
  })
})
