import { expect, test } from '@jest/globals'
import { aVmRequest } from '../../dev/a-vm-request.ts'
import { extensionChoices, leaseChoices } from './lease-choices.ts'

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
