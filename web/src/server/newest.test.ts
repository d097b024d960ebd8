import { expect, test } from '@jest/globals'
import { newest, noneOlder, notOlder, withNewest } from './newest.ts'

const at = (id: string, version: number, progress?: number) => ({
  id,
  version,
  steps: [
    { name: 'clone' as const, state: 'running' as const, round: 1, ...(progress === undefined ? {} : { progress }) },
  ],
})

test('a version that was seen already is dropped', () => {
  const known = at('a', 3)
  expect(newest(known, at('a', 3))).toBe(known)
  expect(newest(known, at('a', 2))).toBe(known)
})

test('progress moves under the same version, and is not lost to a text that does not know it', () => {
  const known = at('a', 3, 20)
  expect(newest(known, at('a', 3, 25))).toEqual(at('a', 3, 25))
  expect(newest(known, at('a', 3))).toBe(known)
  expect(newest(known, at('a', 2, 90))).toBe(known)
})

test('a newer version takes the place of the old one, and no row moves', () => {
  const items = [at('a', 1), at('b', 1), at('c', 1)]
  expect(withNewest(items, at('b', 2))).toEqual([at('a', 1), at('b', 2), at('c', 1)])
})

test('a list in which nothing is newer stays the same list', () => {
  const items = [at('a', 5)]
  expect(withNewest(items, at('a', 4))).toBe(items)
})

test('a request that is not in the list is reported as missing', () => {
  expect(withNewest([at('a', 1)], at('z', 1))).toBeUndefined()
})

test('an answer that was overtaken by an event does not bring back the old', () => {
  const known = at('a', 3)
  expect(notOlder(known, at('a', 2))).toBe(known)
  expect(notOlder(known, at('a', 4))).toEqual(at('a', 4))
  expect(noneOlder([known, at('gone', 9)], [at('b', 1), at('a', 2)])).toEqual([at('b', 1), known])
})

test('an answer of the same version may say more, but not less about progress', () => {
  const known = at('a', 3, 40)
  expect(notOlder(known, at('a', 3))).toBe(known)
  const answered = at('a', 3, 45)
  expect(notOlder(known, answered)).toBe(answered)
})
