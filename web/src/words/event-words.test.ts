import { expect, test } from '@jest/globals'
import { eventWords } from './event-words.ts'

test('an event reads as the rest of a sentence', () => {
  expect(`Berth ${eventWords('powerOffStarted')}`).toBe('Berth began to power the VM off')
})

test('an event nobody has words for reads as its name', () => {
  expect(eventWords('somethingNewHappened')).toBe('something new happened')
})
