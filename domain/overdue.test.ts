import { describe, expect, test } from '@jest/globals'
import { defaultPolicy } from './policy.ts'
import { dueAct, overdueBecause, type LateRequest } from './overdue.ts'

const late = (changes: Partial<LateRequest>): LateRequest => ({
  requestId: 'a',
  vmName: 'vm-a',
  state: 'active',
  policy: { ...defaultPolicy, warningSeconds: [3_600], graceSeconds: 7_200, undoSeconds: 600 },
  grant: { number: 2, grantedAt: '2030-01-01T00:00:00.000Z', endsAt: '2030-01-02T00:00:00.000Z' },
  warnings: [],
  ...changes,
})
const warned = (event: 'leaseEnding' | 'destructionNear', grantNumber: number, deliveredAt: string) => ({
  event,
  grantNumber,
  stage: '3600',
  deliveredAt,
})

describe('what should have happened, and when', () => {
  test.each<[string, Partial<LateRequest>, string | undefined]>([
    ['a lease ends at its end', {}, '2030-01-02T00:00:00.000Z'],
    [
      'a late warning moves the power-off',
      { warnings: [warned('leaseEnding', 2, '2030-01-01T23:30:00.000Z')] },
      '2030-01-02T00:30:00.000Z',
    ],
    [
      'a warning of an earlier grant does not',
      { warnings: [warned('leaseEnding', 1, '2030-01-01T23:30:00.000Z')] },
      '2030-01-02T00:00:00.000Z',
    ],
    [
      'a late warning moves the destruction',
      {
        state: 'expired',
        expiredAt: '2030-01-02T00:00:00.000Z',
        warnings: [warned('destructionNear', 2, '2030-01-02T01:30:00.000Z')],
      },
      '2030-01-02T02:30:00.000Z',
    ],
    [
      'a release ends with its time for restoring',
      { state: 'released', releasedAt: '2030-01-02T00:00:00.000Z' },
      '2030-01-02T00:10:00.000Z',
    ],
    [
      'its owner who is told of it late has half of that time',
      { state: 'released', releasedAt: '2030-01-02T00:00:00.000Z', releaseToldAt: '2030-01-02T00:09:00.000Z' },
      '2030-01-02T00:14:00.000Z',
    ],
    ['nothing is due of a build', { state: 'provisioning' }, undefined],
    ['nothing is due of a hold that waits for a person', { state: 'held' }, undefined],
  ])('%s', (_what, changes, at) => {
    expect(dueAct(late(changes))?.at).toBe(at)
  })

  test('a hold is cleaned up when its time is over', () => {
    const hold = {
      heldFrom: 'provisioning',
      step: 'place',
      attempt: 1,
      code: 'datastoreFull',
      message: '',
      actions: [],
    } as const
    const held = late({ state: 'held', hold: { ...hold, actions: [], cleanUpAt: '2030-01-03T00:00:00.000Z' } })
    expect(dueAct(held)).toMatchObject({ at: '2030-01-03T00:00:00.000Z' })
  })
})

test.each([
  [{ paused: { by: 'oscar', reason: '' }, taskAttempts: 9 }, 'its workflow is paused by oscar'],
  [{ taskAttempts: 9 }, 'its workflow task fails, 9 tries so far: see the workflow’s history'],
  [
    { pending: { activity: 'powerOffVm', attempt: 4, lastFailure: 'vCenter does not answer' } },
    'powerOffVm was tried 4 times: vCenter does not answer',
  ],
  [{ pending: { activity: 'powerOffVm', attempt: 1 } }, 'Waiting for an agent'],
])('why it did not happen: %j', (standing, sentence) => {
  expect(overdueBecause(standing, 'Waiting for an agent')).toBe(sentence)
})
