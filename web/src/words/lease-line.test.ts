import { expect, test } from '@jest/globals'
import { aVmRequest } from '../../dev/a-vm-request.ts'
import { leaseLeft, leaseLine, markWords } from './lease-line.ts'

const active = aVmRequest({
  state: 'active',
  handedOverAt: '2026-11-01T00:00:00.000Z',
  leaseEndsAt: '2026-11-15T00:00:00.000Z',
  warnings: [{ event: 'leaseEnding', at: '2026-11-08T00:00:00.000Z', deliveredAt: '2026-11-08T00:00:00.000Z' }],
})

test('a request that was never handed over has no lease line', () => {
  expect(leaseLine(aVmRequest(), '2026-11-22T10:00:00.000Z')).toBeUndefined()
})

test('the line runs from hand-over to destruction, with the present on it', () => {
  const line = leaseLine(active, '2026-11-11T12:00:00.000Z')
  expect(line).toMatchObject({ now: 50 })
  expect(line?.marks.map(({ kind, position }) => [kind, Math.round(position)])).toEqual([
    ['handOver', 0],
    ['warning', 33],
    ['end', 67],
    ['destruction', 100],
  ])
})

test('a release ends the line early', () => {
  const released = { ...active, state: 'released' as const, releasedAt: '2026-11-05T00:00:00.000Z' }
  const line = leaseLine({ ...released, destroyedAt: '2026-11-06T00:00:00.000Z' }, '2026-11-05T12:00:00.000Z')
  expect(line).toMatchObject({ end: 80, now: 90 })
})

test('a warning of an end that a release made earlier is not shown', () => {
  const released = { ...active, state: 'released' as const, releasedAt: '2026-11-05T00:00:00.000Z' }
  const warnings = [{ event: 'leaseEnding' as const, at: '2026-11-08T00:00:00.000Z' }]
  const line = leaseLine({ ...released, warnings, destroyedAt: '2026-11-20T00:00:00.000Z' }, '2026-11-05T12:00:00.000Z')
  expect(line?.marks.map(({ kind }) => kind)).toEqual(['handOver', 'end', 'destruction'])
})

test('what is being given back ends now, and is kept for the undo time', () => {
  const now = '2026-11-05T00:00:00.000Z'
  const line = leaseLine({ ...active, intent: 'release' }, now)
  expect(line?.marks.slice(-2)).toMatchObject([
    { kind: 'end', at: now },
    { kind: 'destruction', at: '2026-11-06T00:00:00.000Z' },
  ])
  expect(leaseLeft({ ...active, intent: 'release' }, now)).toBeUndefined()
})

test('what is being restored goes on with its lease', () => {
  const restoring = {
    ...active,
    state: 'released' as const,
    intent: 'restore' as const,
    releasedAt: '2026-11-05T00:00:00.000Z',
  }
  const now = '2026-11-05T12:00:00.000Z'
  expect(leaseLine(restoring, now)?.marks.find(({ kind }) => kind === 'end')?.at).toBe(active.leaseEndsAt)
  expect(leaseLeft(restoring, now)?.words).toBe('9 days left')
})

test('what is left is told in words and is short on the last day', () => {
  expect(leaseLeft(active, '2026-11-10T00:00:00.000Z')).toMatchObject({ words: '5 days left', isShort: false })
  expect(leaseLeft(active, '2026-11-14T12:00:00.000Z')).toMatchObject({ words: '12 hours left', isShort: true })
})

test('an expired VM shows how long it has until it is destroyed', () => {
  const expired = { ...active, state: 'expired' as const, destroyedAt: '2026-11-22T00:00:00.000Z' }
  expect(leaseLeft(expired, '2026-11-18T00:00:00.000Z')?.words).toBe('to be destroyed in 4 days')
})

const heldFrom = (state: 'active' | 'expired' | 'released' | 'retiring') => ({
  ...active,
  state: 'held' as const,
  hold: {
    heldFrom: state,
    step: 'powerOff' as const,
    attempt: 1,
    code: 'noPermission' as const,
    message: 'no',
    actions: ['retry' as const],
  },
})

test('a held VM has the lease of where it was held', () => {
  expect(leaseLeft(heldFrom('active'), '2026-11-10T00:00:00.000Z')?.words).toBe('5 days left')
  const destroyedAt = '2026-11-22T00:00:00.000Z'
  const expired = { ...heldFrom('expired'), destroyedAt }
  expect(leaseLeft(expired, '2026-11-18T00:00:00.000Z')?.words).toBe('to be destroyed in 4 days')
  expect(leaseLeft(expired, '2026-11-22T02:00:00.000Z')?.words).toBe('destruction was due 2 hours ago')
})

test('a destruction is a plan until it is done', () => {
  const at = '2026-11-22T00:00:00.000Z'
  const [before, after] = ['2026-11-21T00:00:00.000Z', '2026-11-22T02:00:00.000Z']
  const words = (request: typeof active, now: string) => markWords('destruction', at, request, now)
  expect(words(active, before)).toBe('To be destroyed')
  expect(words(heldFrom('expired'), after)).toBe('Destruction was due')
  expect(words({ ...active, state: 'retiring' }, after)).toBe('Being destroyed')
  expect(words({ ...active, state: 'retired' }, after)).toBe('Destroyed')
})

test('what is being destroyed is not told to have another week', () => {
  const now = '2026-11-16T00:00:00.000Z'
  const line = leaseLine({ ...active, state: 'retiring' }, now)
  expect(line?.marks.at(-1)).toMatchObject({ kind: 'destruction', at: now })
})
