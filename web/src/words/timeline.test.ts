import { expect, test } from '@jest/globals'
import { aVmRequest } from '../../dev/a-vm-request.ts'
import { entrySeconds, timeline } from './timeline.ts'

const now = '2026-11-22T10:00:00.000Z'
const started = '2026-11-22T09:59:00.000Z'
const done = (name: 'place' | 'clone' | 'powerOn' | 'waitForIp') => ({
  name,
  state: 'done' as const,
  round: 1,
  startedAt: started,
  endedAt: now,
})
const titles = (request: Parameters<typeof timeline>[0]) => timeline(request).map(({ title }) => title)

test('a life reads from request to hand-over, later steps after it', () => {
  const request = aVmRequest({
    state: 'expired',
    handedOverAt: now,
    steps: [
      done('place'),
      done('clone'),
      done('powerOn'),
      done('waitForIp'),
      { name: 'warn', state: 'done', round: 1 },
    ],
  })
  expect(titles(request)).toEqual([
    'Requested',
    'No approval needed',
    'Place',
    'Clone',
    'Power on',
    'Address',
    'Handed over',
    'Warning',
  ])
})

test('a second power-on, after an extension out of grace, comes after the hand-over', () => {
  const request = aVmRequest({
    state: 'active',
    handedOverAt: now,
    steps: [done('powerOn'), { ...done('powerOn'), round: 2 }],
  })
  expect(titles(request).slice(-3)).toEqual(['Power on', 'Handed over', 'Power on'])
})

test('the step that the request is held at is told as such', () => {
  const request = aVmRequest({
    state: 'held',
    steps: [{ name: 'clone', state: 'failed', round: 1, startedAt: started }],
    hold: {
      heldFrom: 'provisioning',
      step: 'clone',
      attempt: 2,
      code: 'templateMissing',
      message: 'gone',
      actions: [],
    },
  })
  expect(timeline(request).at(-1)).toMatchObject({ title: 'Clone', state: 'failed', isHeld: true })
})

test('an open approval is under way and says who could decide and why', () => {
  const request = aVmRequest({
    state: 'awaitingApproval',
    approvalReason: 'size medium always needs an approval',
    approvals: [
      { id: 'a', subject: 'request', level: 1, approvers: ['kim'], approverNames: ['Kim'], openedAt: started },
    ],
  })
  expect(timeline(request)[1]).toMatchObject({
    title: 'Approval',
    state: 'running',
    detail: 'by Kim: size medium always needs an approval',
  })
})

test('what is under way has taken as long as it has so far', () => {
  const entry = { key: 'clone', title: 'Clone', at: started }
  expect(entrySeconds({ ...entry, state: 'running' }, now)).toBe(60)
  expect(entrySeconds({ ...entry, state: 'failed' }, now)).toBeUndefined()
  expect(entrySeconds({ key: 'x', title: 'X', state: 'waiting' }, now)).toBeUndefined()
})
