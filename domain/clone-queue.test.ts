import { expect, test } from '@jest/globals'
import { clonesBefore, type OpenClone } from './clone-queue.ts'
import { instantOf } from './instant.ts'

const start = Date.parse('2026-01-01T00:00:00Z')
const asked = (requestId: string, teamId: string, second: number, byPerson = true): OpenClone => ({
  requestId,
  teamId,
  byPerson,
  askedAt: instantOf(start + second * 1_000),
})
const burst = (teamId: string, count: number, from = 0): OpenClone[] =>
  Array.from({ length: count }, (_, number) => asked(`${teamId}${number}`, teamId, from + number))

test('a team alone waits in the order in which it asked', () => {
  expect(clonesBefore(burst('a', 10), 'a9', 4)).toBe(5)
  expect(clonesBefore(burst('a', 10), 'a4', 4)).toBe(0)
})

test('a single request of another team waits for one of the burst at most', () => {
  expect(clonesBefore([...burst('a', 200), asked('b', 'b', 500)], 'b', 8)).toBe(1)
})

test('teams take turns: nobody waits for more of another team than of the own and one', () => {
  const open = [...burst('a', 100), ...burst('b', 3, 200), ...burst('c', 50, 300)]
  expect(clonesBefore(open, 'b2', 8)).toBe(2 + 3 + 3)
  expect(clonesBefore(open, 'a10', 8)).toBe(2 + 3 + 3)
})

test('people come before programs, also of their own team', () => {
  const open = [...burst('a', 5), asked('program', 'a', 3, false), asked('person', 'a', 60)]
  expect(clonesBefore(open, 'person', 0)).toBe(5)
  expect(clonesBefore(open, 'program', 0)).toBe(6)
})

test('a clone that has a slot, or has ended, has no place', () => {
  expect(clonesBefore(burst('a', 3), 'a0', 1)).toBeUndefined()
  expect(clonesBefore(burst('a', 3), 'gone', 0)).toBeUndefined()
})
