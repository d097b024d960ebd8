import { expect, test } from '@jest/globals'
import { backlogWords, clockWords, slotWords, workWords } from './agent-words.ts'

const agent = {
  identity: 'agent/ams/host/1/1',
  host: 'host',
  version: '1',
  lastContactAt: null,
  alive: true,
  clockSkewSeconds: 0,
  slots: { clones: { used: 3, free: 5 }, others: { used: 0, free: 2_000 } },
}

test('slots are told as used of all', () => {
  expect(slotWords(agent)).toBe('clones 3 of 8, other work 0 of 2000')
  expect(slotWords({ ...agent, slots: null })).toBeUndefined()
})

test('a clock is told only when it is wrong', () => {
  expect(clockWords(agent)).toBeUndefined()
  expect(clockWords({ ...agent, clockSkewSeconds: -3_600 })).toBe('its clock is 1 hour behind')
  expect(clockWords({ ...agent, clockSkewSeconds: 40 })).toBe('its clock is 40 s ahead')
})

test('work and what waits for an agent', () => {
  expect(workWords([])).toBe('Nothing under way')
  expect(
    workWords([
      { step: 'clone', requests: 3 },
      { step: 'waitForIp', requests: 1 },
    ]),
  ).toBe('Clone\u00a03, Address\u00a01')
  expect(backlogWords({ backlog: 0, clonesQueued: 0 })).toBeUndefined()
  expect(backlogWords({ backlog: 7, clonesQueued: 5 })).toBe('7 wait, 5 of them clones')
  expect(backlogWords({ backlog: 5, clonesQueued: 5 })).toBe('5 wait, all clones')
  expect(backlogWords({ backlog: 1, clonesQueued: 1 })).toBe('1 waits, a clone')
  expect(backlogWords({ backlog: 1, clonesQueued: 0 })).toBe('1 waits')
})
