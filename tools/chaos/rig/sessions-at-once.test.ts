import { expect, test } from '@jest/globals'
import { sessionsAtOnce } from './sessions-at-once.ts'

const used = (...sessions: (string | undefined)[]) =>
  sessions.map((session, at) => ({
    ...{ at, by: 'agent-demo', method: 'FindAllByUuid', target: 'SearchIndex' },
    ...(session !== undefined && { session }),
  }))

test('sessions that follow each other are one at a time', () => {
  expect(sessionsAtOnce(used(undefined, 'a', 'a', undefined, 'b', 'b'))).toBe(1)
})

test('sessions that take turns are used at once', () => {
  expect(sessionsAtOnce(used('a', 'b', 'a', 'c', 'b', 'd', 'd'))).toBe(2)
  expect(sessionsAtOnce(used('a', 'b', 'c', 'a', 'b', 'c'))).toBe(3)
})

test('who calls nothing has none', () => {
  expect(sessionsAtOnce([])).toBe(0)
})
