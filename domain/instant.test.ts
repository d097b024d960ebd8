import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { addSeconds, earlier, instantOf, later, secondsBetween } from './instant.ts'

const epoch = fc.integer({ min: 0, max: Date.UTC(2200, 0) })

describe('instants', () => {
  test('compare as texts as they do in time', () => {
    fc.assert(
      fc.property(epoch, epoch, (a, b) => {
        expect(instantOf(a) < instantOf(b)).toBe(a < b)
        expect(later(instantOf(a), instantOf(b))).toBe(instantOf(Math.max(a, b)))
        expect(earlier(instantOf(a), instantOf(b))).toBe(instantOf(Math.min(a, b)))
      }),
    )
  })

  test('seconds added are the seconds between', () => {
    fc.assert(
      fc.property(epoch, fc.integer({ min: -1e8, max: 1e8 }), (at, seconds) =>
        expect(secondsBetween(instantOf(at), addSeconds(instantOf(at), seconds))).toBe(seconds),
      ),
    )
  })
})
