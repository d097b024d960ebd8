import { expect, test } from '@jest/globals'
import { aVmRequest } from '../../dev/a-vm-request.ts'
import { decidedWords } from './decided-words.ts'

const approval = { id: 'a', subject: 'request' as const, level: 1, approvers: ['kim'], approverNames: ['Kim'] }
const decided = aVmRequest({
  state: 'provisioning',
  approvals: [{ ...approval, decision: 'approved', byName: 'Kim' }],
})

test('an approval that somebody else decided says who, and how', () => {
  expect(decidedWords(decided, 'a')).toBe('Decided meanwhile: approved by Kim')
})

test('one that ended undecided says so', () => {
  expect(decidedWords(aVmRequest({ state: 'cancelled', approvals: [approval], endedBy: 'Dana' }), 'a')).toBe(
    'Cancelled meanwhile by Dana',
  )
  expect(decidedWords(undefined, 'a')).toBe('It no longer waits for a decision')
})
