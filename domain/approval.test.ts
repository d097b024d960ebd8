import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  approvalCanBeNeeded,
  approvalNeed,
  eligibleApprovers,
  openApproval,
  verdict,
  type Approval,
  type Decision,
} from './approval.ts'

const smallForAnHour = { notNeededFor: { sizeIds: ['small'], maxLeaseSeconds: 3_600 } }

const anApproval = (values: Partial<Approval> = {}): Approval => ({
  id: 'first',
  subject: 'request',
  specHash: 'hash',
  level: 1,
  approvers: ['approver'],
  openedAt: '2026-03-01T08:00:00.000Z',
  ...values,
})

describe('whether an approval is needed', () => {
  test.each([
    { size: 'small', lease: 60, needed: false, reason: 'small for up to 1 h needs no approval' },
    { size: 'small', lease: 3_600, needed: false, reason: 'small for up to 1 h needs no approval' },
    { size: 'small', lease: 3_601, needed: true, reason: 'a lease above 1 h needs an approval' },
    { size: 'medium', lease: 60, needed: true, reason: 'size medium always needs an approval' },
  ])('$size for $lease s: $reason', ({ size, lease, needed, reason }) => {
    expect(approvalNeed(smallForAnHour, size, lease)).toEqual({ needed, reason })
  })

  test('a rule without an excuse always asks', () => {
    expect(approvalNeed({}, 'small', 1).needed).toBe(true)
  })

  test.each([
    { sizes: ['small'], longest: 3_600, possible: false },
    { sizes: ['small'], longest: 3_601, possible: true },
    { sizes: ['small', 'medium'], longest: 60, possible: true },
  ])('with sizes $sizes for at most $longest s it is possible: $possible', ({ sizes, longest, possible }) => {
    expect(approvalCanBeNeeded(smallForAnHour, sizes, longest)).toBe(possible)
  })
})

describe('four eyes', () => {
  test('nobody who is involved is left among the approvers, and nobody else is lost', () => {
    const people = fc.uniqueArray(fc.constantFrom('ada', 'ben', 'cy', 'dee', 'eve'))
    fc.assert(
      fc.property(people, people, (approvers, involved) => {
        const eligible = eligibleApprovers(approvers, involved)
        for (const person of approvers) expect(eligible.includes(person)).toBe(!involved.includes(person))
        for (const person of eligible) expect(approvers).toContain(person)
      }),
    )
  })
})

describe('which approval is meant', () => {
  const second = anApproval({ id: 'second' })

  test('the only open one needs no name', () => {
    expect(openApproval([anApproval(), anApproval({ id: 'old', decision: 'approved' })])?.id).toBe('first')
  })

  test('with two open ones it must be named', () => {
    expect(openApproval([anApproval(), second])).toBeUndefined()
    expect(openApproval([anApproval(), second], 'second')?.id).toBe('second')
  })

  test('one that is decided or not opened yet is not open', () => {
    const { openedAt, ...unopened } = second
    expect(openedAt).toBeDefined()
    expect(openApproval([unopened], 'second')).toBeUndefined()
    expect(openApproval([anApproval({ decision: 'declined' })], 'first')).toBeUndefined()
  })
})

describe('what the decisions come to', () => {
  const decided = (decision: Decision | undefined): Approval =>
    decision === undefined ? anApproval() : anApproval({ decision })

  test('one decline ends it, all approvals pass it, everything else stays open', () => {
    const rows = fc.array(fc.constantFrom<Decision | undefined>('approved', 'declined', undefined), { maxLength: 5 })
    fc.assert(
      fc.property(rows, (decisions) => {
        const expected = decisions.includes('declined')
          ? 'declined'
          : decisions.length > 0 && decisions.every((decision) => decision === 'approved')
            ? 'approved'
            : 'open'
        expect(verdict(decisions.map(decided))).toBe(expected)
      }),
    )
  })

  test('no rows are no approval', () => {
    expect(verdict([])).toBe('open')
  })
})
