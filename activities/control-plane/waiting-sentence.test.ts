import { expect, test } from '@jest/globals'
import { waitingSentence } from './waiting-sentence.ts'

const now = '2026-01-05T10:00:00.000Z'
const waiting = { requestId: 'r', siteId: 'ams', step: 'clone', since: '2026-01-05T09:58:00.000Z' } as const
const alive = { lastContactAt: '2026-01-05T09:59:55.000Z', backlog: 0 }

test('no agent at all', () => {
  expect(waitingSentence(waiting, { lastContactAt: null, backlog: 1 }, null, now)).toBe(
    'No agent of site ams is connected; clone goes on when one is',
  )
})

test('an agent that has been silent is named before anything else', () => {
  const silent = { lastContactAt: '2026-01-05T09:59:00.000Z', backlog: 1 }
  const pending = { attempt: 3, started: false, lastFailure: { code: 'vcenterUnavailable', message: 'ECONNREFUSED' } }
  expect(waitingSentence(waiting, silent, pending, now)).toContain('silent since 2026-01-05T09:59:00.000Z')
})

test('the last failure in plain words, with the attempt', () => {
  const pending = { attempt: 3, started: true, lastFailure: { code: 'vcenterUnavailable', message: 'ECONNREFUSED' } }
  expect(waitingSentence(waiting, alive, pending, now)).toBe(
    'clone is tried again, attempt 3: vCenter does not answer: ECONNREFUSED',
  )
})

test('a sentence that is already in the message is not said twice', () => {
  const pending = {
    attempt: 2,
    started: true,
    lastFailure: { code: 'vcenterBusy', message: 'vCenter is busy with another task on this VM: x' },
  }
  expect(waitingSentence(waiting, alive, pending, now)).toBe(
    'clone is tried again, attempt 2: vCenter is busy with another task on this VM: x',
  )
})

test('a queue is counted, and work under way says since when', () => {
  expect(waitingSentence(waiting, { ...alive, backlog: 4 }, { attempt: 1, started: false }, now)).toBe(
    'clone waits for a free slot at site ams, 4 are queued',
  )
  expect(waitingSentence(waiting, alive, { attempt: 1, started: true }, now)).toBe(
    'clone has been running since 2026-01-05T09:58:00.000Z',
  )
})
