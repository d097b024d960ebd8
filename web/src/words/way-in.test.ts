import { expect, test } from '@jest/globals'
import type { VmRequest } from '@berth/contract/vm-request.ts'
import { aVmRequest } from '../../dev/a-vm-request.ts'
import { wayIn } from './way-in.ts'

const handedOverAt = '2026-11-22T09:00:00.000Z'
const ssh = { command: 'ssh ubuntu@10.0.0.7', user: 'ubuntu', host: '10.0.0.7', port: 22 }
const active = aVmRequest({ state: 'active', handedOverAt, ssh })
const heldFrom = (state: 'expired' | 'released' | 'retiring' | 'active'): VmRequest => ({
  ...active,
  state: 'held',
  hold: { heldFrom: state, step: 'powerOff', attempt: 1, code: 'noPermission', message: 'no', actions: ['retry'] },
})

test('an active VM is entered by its ssh command, also while it is held', () => {
  expect(wayIn(active)).toEqual({ command: ssh.command })
  expect(wayIn(heldFrom('active'))).toEqual({ command: ssh.command })
})

test('there is no way in while the VM is given back or powered on again', () => {
  expect(wayIn({ ...active, intent: 'release' })).toEqual({ instead: 'The VM is given back.' })
  for (const intent of ['restore', 'resume'] as const)
    expect(wayIn({ ...active, intent })).toEqual({ instead: expect.stringMatching(/powered on again/) })
})

test('a VM that is held while it is off is not said to lack an address', () => {
  for (const state of ['expired', 'released'] as const)
    expect(wayIn(heldFrom(state))).toEqual({ instead: expect.stringMatching(/^The VM is powered off/) })
})

test('what is or will be gone has no place for the ssh command', () => {
  expect(wayIn(heldFrom('retiring'))).toBeUndefined()
  expect(wayIn(aVmRequest({ state: 'retired' }))).toBeUndefined()
  const findings = [{ kind: 'vanished' as const, sentence: '', advice: '', since: handedOverAt }]
  expect(wayIn({ ...active, findings })).toBeUndefined()
})
