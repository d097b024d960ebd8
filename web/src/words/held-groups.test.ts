import { expect, test } from '@jest/globals'
import type { VmRequest } from '@berth/contract/vm-request.ts'
import { aVmRequest } from '../../dev/a-vm-request.ts'
import { heldGroups } from './held-groups.ts'

type Code = NonNullable<VmRequest['hold']>['code']

const held = (id: string, code: Code, heldAt: string, siteId = 'frankfurt') =>
  aVmRequest({
    id,
    siteId,
    state: 'held',
    hold: { heldFrom: 'provisioning', step: 'place', attempt: 1, code, message: 'details', actions: ['retry'], heldAt },
  })

test('requests that are held for the same cause at the same site are one group, since the first of them', () => {
  const groups = heldGroups([
    held('a', 'datastoreFull', '2026-11-22T10:20:00.000Z'),
    held('b', 'templateMissing', '2026-11-22T09:00:00.000Z'),
    held('c', 'datastoreFull', '2026-11-22T10:12:00.000Z'),
    held('d', 'datastoreFull', '2026-11-22T08:00:00.000Z', 'munich'),
  ])
  expect(groups.map(({ siteId, since, requests }) => [siteId, since, requests.map(({ id }) => id)])).toEqual([
    ['frankfurt', '2026-11-22T10:12:00.000Z', ['a', 'c']],
    ['frankfurt', '2026-11-22T09:00:00.000Z', ['b']],
    ['munich', '2026-11-22T08:00:00.000Z', ['d']],
  ])
  expect(groups[0]?.cause).toBe('No allowed datastore has enough free space')
})

test('a request that goes on in the meantime is in no group', () => {
  expect(heldGroups([aVmRequest({ state: 'provisioning' })])).toEqual([])
})
