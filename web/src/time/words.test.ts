import { describe, expect, test } from '@jest/globals'
import { lengthWords, relativeWords, roughly, shortWords, stepWords } from './words.ts'

const now = '2026-11-22T10:00:00.000Z'

describe('relative times', () => {
  test.each([
    ['2026-11-22T10:00:03.000Z', 'just now'],
    ['2026-11-22T09:59:20.000Z', '40 seconds ago'],
    ['2026-11-22T10:05:10.000Z', 'in 5 minutes'],
    ['2026-11-22T10:04:51.000Z', 'in 5 minutes'],
    ['2026-11-22T11:30:00.000Z', 'in 90 minutes'],
    ['2026-11-22T11:59:59.000Z', 'in 2 hours'],
    ['2026-11-23T10:00:00.000Z', 'in 24 hours'],
    ['2026-11-23T22:00:00.000Z', 'in 36 hours'],
    ['2026-11-24T09:59:55.000Z', 'in 2 days'],
    ['2026-11-25T11:00:00.000Z', 'in 3 days'],
    ['2026-12-06T09:59:55.000Z', 'in 14 days'],
    ['2026-11-08T10:00:05.000Z', '14 days ago'],
  ])('%s is told as "%s"', (at, words) => {
    expect(relativeWords(at, now)).toBe(words)
  })
})

describe('lengths', () => {
  test.each([
    [12.7, '12 s'],
    [60, '1 minute'],
    [95, '1 minute 35 s'],
    [3_600, '1 hour'],
    [86_400, '1 day'],
    [108_000, '1 day 6 h'],
    [14 * 86_400, '2 weeks'],
    [20 * 86_400, '20 days'],
  ])('%d seconds read "%s"', (seconds, words) => {
    expect(lengthWords(seconds)).toBe(words)
  })

  test('a length that is over reads as nothing left, not as a negative number', () => {
    expect(lengthWords(-5)).toBe('0 s')
  })
})

test.each([
  [8 * 86_400 + 82_800, '8 days'],
  [47 * 3_600, '47 hours'],
  [5_399, '89 minutes'],
  [119, '119 s'],
  [-3, '0 s'],
])('%d seconds are roughly "%s", and never more than they are', (seconds, words) => {
  expect(roughly(seconds)).toBe(words)
})

test('a step shows tenths only while they matter', () => {
  expect([stepWords(0.42), stepWords(12.4), stepWords(125)]).toEqual(['0.4 s', '12 s', '2 min 5 s'])
})

test('the date is left out today and said on every other day', () => {
  expect(shortWords('2026-11-22T10:30:00.000Z', now)).not.toMatch(/Nov/)
  expect(shortWords('2026-12-06T10:30:00.000Z', now)).toMatch(/6 Dec/)
})
