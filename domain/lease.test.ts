import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { addSeconds, secondsBetween, type Instant } from './instant.ts'
import {
  extendedGrant,
  firstGrant,
  gateOpensAt,
  graceWarning,
  leaseWarnings,
  noticeNeededSeconds,
  type LeaseGrant,
} from './lease.ts'
import { defaultPolicy, type Policy } from './policy.ts'

const handedOverAt: Instant = '2026-03-01T08:00:00.000Z'
const hour = 3_600
const day = 24 * hour

const afterHandOver = (seconds: number): Instant => addSeconds(handedOverAt, seconds)
const policyWith = (values: Partial<Policy> = {}): Policy => ({ ...defaultPolicy, ...values })
const aGrant = (seconds: number, values: Partial<LeaseGrant> = {}): LeaseGrant => ({
  ...firstGrant(seconds, handedOverAt),
  ...values,
})

const seconds = fc.integer({ min: 1, max: 200 * day })
const anyPolicy = fc
  .record({
    maxGrantSeconds: seconds,
    maxTotalSeconds: seconds,
    warningSeconds: fc.array(seconds, { minLength: 1, maxLength: 6 }),
    graceSeconds: seconds,
  })
  .map(policyWith)

describe('extending', () => {
  test('a wish beyond all time is capped like any other', () => {
    const extended = extendedGrant(
      aGrant(day),
      policyWith(),
      handedOverAt,
      Number.MAX_SAFE_INTEGER,
      afterHandOver(hour),
    )
    expect(extended).toMatchObject({ cappedBy: 'perGrant', grant: { endsAt: afterHandOver(hour + 30 * day) } })
  })

  test('the first lease runs from hand-over', () => {
    expect(firstGrant(14 * day, handedOverAt)).toEqual({
      number: 1,
      grantedAt: handedOverAt,
      endsAt: '2026-03-15T08:00:00.000Z',
    })
  })

  test.each([
    { name: 'adds to the end', now: day, add: 7 * day, endsAt: 21 * day, cappedBy: null },
    { name: 'adds to now once the lease is over', now: 16 * day, add: day, endsAt: 17 * day, cappedBy: null },
    { name: 'is capped per grant', now: day, add: 30 * day, endsAt: 31 * day, cappedBy: 'perGrant' },
    { name: 'up to the cap itself is not capped', now: day, add: 17 * day, endsAt: 31 * day, cappedBy: null },
  ])('an extension $name', ({ now, add, endsAt, cappedBy }) => {
    const extended = extendedGrant(aGrant(14 * day), policyWith(), handedOverAt, add, afterHandOver(now))
    expect(extended).toEqual({
      grant: { number: 2, grantedAt: afterHandOver(now), endsAt: afterHandOver(endsAt) },
      cappedBy,
    })
  })

  test('an extension is capped by the total', () => {
    const late = aGrant(80 * day)
    const extended = extendedGrant(late, policyWith(), handedOverAt, 30 * day, afterHandOver(79 * day))
    expect(extended.grant.endsAt).toBe(afterHandOver(90 * day))
    expect(extended.cappedBy).toBe('total')
  })

  test('a cap earlier than the present end leaves the lease as it is', () => {
    const extended = extendedGrant(
      aGrant(20 * day),
      policyWith({ maxGrantSeconds: day }),
      handedOverAt,
      day,
      handedOverAt,
    )
    expect(extended.grant.endsAt).toBe(afterHandOver(20 * day))
    expect(extended.cappedBy).toBe('perGrant')
  })

  test('no extension shortens a lease, passes a cap, or gives more than was asked', () => {
    fc.assert(
      fc.property(anyPolicy, seconds, seconds, seconds, (policy, first, add, passed) => {
        const grant = aGrant(first)
        const now = afterHandOver(passed)
        const { grant: next, cappedBy } = extendedGrant(grant, policy, handedOverAt, add, now)
        const gained = secondsBetween(grant.endsAt > now ? grant.endsAt : now, next.endsAt)
        expect(next.endsAt >= grant.endsAt).toBe(true)
        expect(gained).toBeLessThanOrEqual(add)
        expect(gained === add).toBe(cappedBy === null)
        if (next.endsAt > grant.endsAt) {
          expect(secondsBetween(now, next.endsAt)).toBeLessThanOrEqual(policy.maxGrantSeconds)
          expect(secondsBetween(handedOverAt, next.endsAt)).toBeLessThanOrEqual(policy.maxTotalSeconds)
        }
        expect(next.number).toBe(grant.number + 1)
        expect(next.grantedAt).toBe(now)
      }),
    )
  })
})

describe('warnings', () => {
  const stagesOf = (grant: LeaseGrant, policy = policyWith()) =>
    leaseWarnings(grant, policy).map(({ stage }) => Number(stage))

  test.each([
    { lease: '14 days', seconds: 14 * day, stages: [7 * day, 3 * day, day, 2 * hour] },
    { lease: '2 days', seconds: 2 * day, stages: [day, 2 * hour] },
    { lease: 'exactly a day', seconds: day, stages: [2 * hour] },
    { lease: 'an hour', seconds: hour, stages: [hour / 2] },
    { lease: 'a minute', seconds: 60, stages: [30] },
  ])('a lease of $lease is warned of $stages seconds before its end', ({ seconds: length, stages }) => {
    expect(stagesOf(aGrant(length))).toEqual(stages)
  })

  test('stages before an extension are dropped', () => {
    const extended = { number: 2, grantedAt: afterHandOver(13 * day), endsAt: afterHandOver(15 * day) }
    expect(leaseWarnings(extended, policyWith())).toEqual([
      { event: 'leaseEnding', grantNumber: 2, stage: String(day), at: afterHandOver(14 * day) },
      { event: 'leaseEnding', grantNumber: 2, stage: String(2 * hour), at: afterHandOver(15 * day - 2 * hour) },
    ])
  })

  test('a stage that is written twice warns once', () => {
    expect(stagesOf(aGrant(2 * day), policyWith({ warningSeconds: [hour, day, hour] }))).toEqual([day, hour])
  })

  test('a grant that a cap left in the past has one warning, due at its end, and needs no notice', () => {
    const over = { number: 3, grantedAt: afterHandOver(95 * day), endsAt: afterHandOver(90 * day) }
    expect(leaseWarnings(over, policyWith()).map(({ at }) => at)).toEqual([over.endsAt])
    expect(noticeNeededSeconds(over, policyWith())).toBe(0)
  })

  test('every grant is warned of at least once, in order, after it was given and before it ends', () => {
    fc.assert(
      fc.property(anyPolicy, seconds, (policy, length) => {
        const grant = aGrant(length)
        const warnings = leaseWarnings(grant, policy)
        expect(warnings.length).toBeGreaterThan(0)
        expect(warnings.map(({ at }) => at)).toEqual(warnings.map(({ at }) => at).sort())
        expect(new Set(warnings.map(({ stage }) => stage)).size).toBe(warnings.length)
        for (const { at } of warnings) {
          expect(at > grant.grantedAt).toBe(true)
          expect(at < grant.endsAt).toBe(true)
        }
      }),
    )
  })

  test('a last warning that is delivered when it is due never moves the power-off', () => {
    fc.assert(
      fc.property(anyPolicy, seconds, (policy, length) => {
        const grant = aGrant(length)
        const needed = noticeNeededSeconds(grant, policy)
        const first = leaseWarnings(grant, policy)[0]
        expect(needed).toBeGreaterThan(0)
        expect(needed).toBeLessThanOrEqual(length / 2)
        expect(gateOpensAt(grant.endsAt, first?.at ?? grant.endsAt, needed)).toBe(grant.endsAt)
      }),
    )
  })

  test('late delivery moves the act and never shortens the notice', () => {
    expect(gateOpensAt(afterHandOver(day), afterHandOver(day + 60), 2 * hour)).toBe(afterHandOver(day + 60 + 2 * hour))
    expect(gateOpensAt(afterHandOver(day), afterHandOver(hour), 2 * hour)).toBe(afterHandOver(day))
  })

  test('an only warning is sent early enough for the time that its delivery takes', () => {
    const grant = aGrant(hour)
    const [only] = leaseWarnings(grant, policyWith())
    const deliveredAt = addSeconds(only?.at ?? '', 50)
    expect(gateOpensAt(grant.endsAt, deliveredAt, noticeNeededSeconds(grant, policyWith()))).toBe(grant.endsAt)
    expect(leaseWarnings(aGrant(60), policyWith()).map(({ at }) => at)).toEqual([afterHandOver(28.5)])
  })

  test('destruction is warned of at half the grace period, and a minute', () => {
    expect(graceWarning(aGrant(day), policyWith({ graceSeconds: 7 * day }), afterHandOver(day))).toEqual({
      event: 'destructionNear',
      grantNumber: 1,
      stage: String(3.5 * day),
      at: afterHandOver(4.5 * day - 60),
    })
  })
})
