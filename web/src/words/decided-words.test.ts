import { expect, test } from '@jest/globals'
import { aVmRequest } from '../../dev/a-vm-request.ts'
import { decidedWords, decidersWords } from './decided-words.ts'

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

test('an approver reads that they can decide, and who else', () => {
  const both = { ...approval, approvers: ['kim', 'sam'], approverNames: ['Kim', 'Sam'] }
  expect(decidersWords(both, 'sam')).toBe('you or Kim')
  expect(decidersWords(approval, 'kim')).toBe('you')
  expect(decidersWords(both, 'oscar')).toBe('Kim or Sam')
})
