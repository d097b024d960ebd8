import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  attemptsWithin,
  backOff,
  failureClass,
  failureClasses,
  failures,
  failureSentence,
  isFailureCode,
  type FailureCode,
} from './failures.ts'

const codes = Object.keys(failures) as FailureCode[]

describe('failures', () => {
  test.each(codes)('%s has a class, somebody who can act or nobody, and a sentence', (code) => {
    const { sentence, whoCanAct } = failures[code]
    expect(failureClasses).toContain(failureClass(code))
    expect(whoCanAct).toBe(
      { transient: 'nobody', curable: 'operator', requester: 'requester', control: 'nobody' }[failureClass(code)],
    )
    expect(sentence).toMatch(/^[a-z].*[^.]$/i)
  })

  test('only the codes are codes', () => {
    expect(codes.every(isFailureCode)).toBe(true)
    expect(['toString', '__proto__', '', undefined, 7].some(isFailureCode)).toBe(false)
  })

  test('the detail tells which', () => {
    expect(failureSentence('templateMissing', '/DC0/vm/templates/x')).toBe(
      'the template was not found: /DC0/vm/templates/x',
    )
    expect(failureSentence('templateMissing', '')).toBe('the template was not found')
    expect(failureSentence('templateMissing')).toBe('the template was not found')
  })
})

describe('attempts within a time', () => {
  test.each([
    { limit: 0, attempts: 1 },
    { limit: 1, attempts: 2 },
    { limit: 2, attempts: 2 },
    { limit: 3, attempts: 3 },
    { limit: 31, attempts: 6 },
    { limit: 50, attempts: 6 },
    { limit: 51, attempts: 7 },
    { limit: 71, attempts: 8 },
    { limit: 4 * 3_600, attempts: 724 },
  ])('$attempts attempts fit into $limit s', ({ limit, attempts }) => {
    expect(attemptsWithin(limit)).toBe(attempts)
  })

  test('they are as many as fit: one more would wait longer than allowed', () => {
    const waitedBefore = (attempts: number) =>
      Array.from({ length: attempts - 1 }, (_, index) =>
        Math.min(backOff.initialSeconds * backOff.coefficient ** index, backOff.maximumSeconds),
      ).reduce((sum, pause) => sum + pause, 0)
    fc.assert(
      fc.property(fc.nat(20_000), (limit) => {
        const attempts = attemptsWithin(limit)
        expect(waitedBefore(attempts)).toBeLessThanOrEqual(limit)
        expect(waitedBefore(attempts + 1)).toBeGreaterThan(limit)
      }),
    )
  })
})
