import { expect, test } from '@jest/globals'
import { aVmRequest } from '../../dev/a-vm-request.ts'
import { extensionChoices, leaseChoices, whyNotExtended } from './lease-choices.ts'

const now = '2026-11-22T10:00:00.000Z'
const day = 86_400

const active = aVmRequest({ state: 'active', handedOverAt: now, leaseEndsAt: '2026-11-29T10:00:00.000Z' })

test('quick choices lie within the policy', () => {
  expect(leaseChoices({ minLeaseSeconds: day, maxGrantSeconds: 7 * day }).map(({ words }) => words)).toEqual([
    '1 day',
    '1 week',
  ])
})

test('a policy of minutes offers minutes', () => {
  expect(leaseChoices({ minLeaseSeconds: 60, maxGrantSeconds: 600 }).map(({ seconds }) => seconds)).toEqual([60, 300])
})

test('a policy with room for no usual length offers its longest', () => {
  expect(leaseChoices({ minLeaseSeconds: 2 * day, maxGrantSeconds: 3 * day })).toEqual([
    { seconds: 3 * day, words: '3 days' },
  ])
})

test('an extension counts from the end of the lease', () => {
  const oneDay = extensionChoices(active, now).find(({ seconds }) => seconds === day)
  expect(oneDay).toMatchObject({ endsAt: '2026-11-30T10:00:00.000Z', cappedBy: null })
})

test('extensions that the policy cuts to the same end are one choice, with the cap that bit', () => {
  const nearTheCap = { ...active, leaseEndsAt: '2026-12-20T10:00:00.000Z' }
  const choices = extensionChoices(nearTheCap, now)
  expect(choices.map(({ words, cappedBy }) => [words, cappedBy])).toEqual([
    ['1 hour', null],
    ['1 day', null],
    ['1 week', 'perGrant'],
  ])
})

test('an extension that gains next to nothing is not offered, and the page says why', () => {
  const atTheCap = { ...active, leaseEndsAt: '2026-12-22T09:59:30.000Z' }
  expect(extensionChoices(atTheCap, now)).toEqual([])
  expect(whyNotExtended(atTheCap, now)).toBe(
    'The lease lasts as long as your policy allows at once, 30 days; later it can be extended again',
  )
})

test('an end that has passed is not offered', () => {
  const old = aVmRequest({
    state: 'expired',
    handedOverAt: '2026-08-24T09:00:00.000Z',
    leaseEndsAt: '2026-11-21T10:00:00.000Z',
  })
  expect(extensionChoices(old, now)).toEqual([])
  expect(whyNotExtended(old, now)).toBe('The lease lasts as long as your policy allows in total, 90 days')
})

test('without a free extension there is no choice', () => {
  const used = { ...active, lease: { ...active.lease, extensionsUsed: 2 } }
  expect(extensionChoices(used, now)).toEqual([])
  expect(whyNotExtended(used, now)).toBe('All 2 free extensions are used; a further one needs an approval')
})
