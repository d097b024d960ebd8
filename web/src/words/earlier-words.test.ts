import { expect, test } from '@jest/globals'
import { earlierWords } from './earlier-words.ts'

test.each([
  [{ total: 1, open: 1, declined: 0 }, 'this is the first request of this person'],
  [{ total: 2, open: 1, declined: 0 }, '1 request'],
  [{ total: 5, open: 2, declined: 1 }, '4 requests: 1 still open, 1 declined'],
])('%j counts what was before the present request as "%s"', (counts, words) => {
  expect(earlierWords(counts)).toBe(words)
})
