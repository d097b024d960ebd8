import { expect, test } from '@jest/globals'
import type { VmRequest } from '@berth/contract/vm-request.ts'
import { aVmRequest } from '../../dev/a-vm-request.ts'
import { heldGroups } from './held-groups.ts'

type Hold = NonNullable<VmRequest['hold']>

const held = (id: string, code: Hold['code'], heldAt: string, siteId = 'frankfurt', step: Hold['step'] = 'place') =>
  aVmRequest({
    id,
    siteId,
    state: 'held',
    hold: { heldFrom: 'provisioning', step, attempt: 1, code, message: 'details', actions: ['retry'], heldAt },
  })

test('requests that are held at the same step for the same cause at the same site are one group, since the first of them', () => {
  const groups = heldGroups([
    held('a', 'datastoreFull', '2026-11-22T10:20:00.000Z'),
    held('b', 'templateMissing', '2026-11-22T09:00:00.000Z'),
    held('c', 'datastoreFull', '2026-11-22T10:12:00.000Z'),
    held('d', 'datastoreFull', '2026-11-22T08:00:00.000Z', 'munich'),
    held('e', 'datastoreFull', '2026-11-22T08:30:00.000Z', 'munich', 'clone'),
  ])
  expect(
    groups.map(({ cause, since, requests }) => [cause.siteId, cause.step, since, requests.map(({ id }) => id)]),
  ).toEqual([
    ['frankfurt', 'place', '2026-11-22T10:12:00.000Z', ['a', 'c']],
    ['frankfurt', 'place', '2026-11-22T09:00:00.000Z', ['b']],
    ['munich', 'clone', '2026-11-22T08:30:00.000Z', ['e']],
    ['munich', 'place', '2026-11-22T08:00:00.000Z', ['d']],
  ])
  expect(groups[0]?.words).toBe('No allowed datastore has enough free space')
})

test('a request that goes on in the meantime is in no group', () => {
  expect(heldGroups([aVmRequest({ state: 'provisioning' })])).toEqual([])
})

test('a group counts all that its retry would reach, also those that are not shown', () => {
  const cause = { siteId: 'frankfurt', step: 'place', code: 'datastoreFull' } as const
  const counted = [{ ...cause, requests: 120, since: '2026-11-22T07:00:00.000Z', example: 'details' }]
  expect(heldGroups([held('a', 'datastoreFull', '2026-11-22T10:20:00.000Z')], counted)).toMatchObject([
    { cause, retryable: 120, since: '2026-11-22T07:00:00.000Z', requests: [{ id: 'a' }] },
  ])
  expect(heldGroups([], counted)).toMatchObject([{ cause, retryable: 120, requests: [] }])
})
