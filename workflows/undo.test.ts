import { expect, test } from '@jest/globals'
import type { StepFact } from '@berth/domain/facts.ts'
import { undoFor } from './undo.ts'

const step = (name: StepFact['name'], state: StepFact['state'], attempt: number): StepFact => ({
  name,
  round: 1,
  state,
  attempt,
})

test('nothing is undone of what never began', () => {
  expect(undoFor({ steps: [step('place', 'done', 1), step('clone', 'waiting', 0)] })).toEqual([])
})

test.each(['running', 'failed', 'done', 'skipped'] as const)('a clone that is %s is destroyed', (state) => {
  expect(undoFor({ steps: [step('place', 'done', 1), step('clone', state, 1)] })).toEqual(['destroy'])
})

test('a clone that waits for its second attempt may have left something behind', () => {
  expect(undoFor({ steps: [step('clone', 'waiting', 1)] })).toEqual(['destroy'])
})
