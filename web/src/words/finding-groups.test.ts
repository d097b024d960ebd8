import { expect, test } from '@jest/globals'
import type { FindingEntry } from '@berth/contract/operations.ts'
import { countsOf, findingGroups, findingsFilter, matching } from './finding-groups.ts'

const finding = (changes: Partial<FindingEntry>): FindingEntry => ({
  id: '1',
  siteId: 'frankfurt',
  kind: 'vanished',
  title: 'VM is gone',
  severity: 'act',
  subject: 'a',
  detail: 'gone',
  whatCanBeDone: ['bring it back'],
  actions: [],
  firstSeenAt: '2030-01-01T00:00:00.000Z',
  lastSeenAt: '2030-01-01T00:00:00.000Z',
  runs: 2,
  ...changes,
})
const gone = finding({})
const goneToo = finding({ id: '2', siteId: 'munich' })
const orphan = finding({ id: '3', kind: 'orphan', severity: 'look' })
const repaired = finding({ id: '4', kind: 'workflowMissing', severity: 'note', repairedAt: '2030-01-01T00:00:00.000Z' })
const all = [gone, orphan, goneToo, repaired]

test('findings of one kind stand together, in the order of the most pressing', () => {
  expect(findingGroups(all).map(({ kind, findings }) => [kind, findings.map(({ id }) => id)])).toEqual([
    ['vanished', ['1', '2']],
    ['orphan', ['3']],
    ['workflowMissing', ['4']],
  ])
})

test('what can be done is said once, and all of it where it differs', () => {
  const beingBuilt = finding({ id: '5', whatCanBeDone: ['bring it back', 'or cancel it'] })
  expect(findingGroups([gone, goneToo, beingBuilt])[0]?.whatCanBeDone).toEqual(['bring it back', 'or cancel it'])
})

test('what was put right is counted apart from what is left', () => {
  expect(countsOf(all)).toEqual({ act: 2, look: 1, note: 0, repaired: 1 })
  expect(matching(all, { findings: 'repaired' })).toEqual([repaired])
  expect(matching(all, { findings: 'act', site: 'munich' })).toEqual([goneToo])
  expect(matching(all, {})).toEqual(all)
})

test('an address that says nonsense shows all', () => {
  expect(findingsFilter({ findings: 'nonsense', site: 3 })).toEqual({})
  expect(findingsFilter({ findings: 'look', site: 'munich' })).toEqual({ findings: 'look', site: 'munich' })
})
