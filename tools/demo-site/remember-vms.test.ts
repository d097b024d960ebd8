import { describe, expect, test } from '@jest/globals'
import { moref } from '@berth/agent-worker/vcenter/managed-object.ts'
import type { ManagedObjectReference } from '@berth/agent-worker/vcenter/managed-object.ts'
import type { ObservedVm } from './inventory/observe-vms.ts'
import { rememberVms } from './remember-vms.ts'

const seen = (moid: string, name: string, instanceUuid = 'u-1'): ObservedVm => ({
  ...{ ref: moref('VirtualMachine', moid), name, instanceUuid, folders: [], biosUuid: 'b', guestId: 'g' },
  ...{ annotation: '', extraConfig: {}, vCpu: 1, memoryMiB: 1, diskKiB: [], networkCards: [], datastore: 'd' },
  poweredOn: true,
})

describe('the keeper', () => {
  test('knows a virtual machine again by its moid within one life of the simulator, also under a new name', () => {
    const refs = new Map<string, ManagedObjectReference>()
    const [first] = rememberVms([], refs, [seen('vm-1', 'web-1')])
    expect(rememberVms(first === undefined ? [] : [first], refs, [seen('vm-1', 'web-2')])).toEqual([
      expect.objectContaining({ id: first?.id, name: 'web-2' }),
    ])
  })

  test('knows it again by place and uuid in the next life, where moids mean others', () => {
    const before = rememberVms([], new Map(), [seen('vm-1', 'web-1', 'u-1'), seen('vm-2', 'web-2', 'u-2')])
    const after = rememberVms(before, new Map(), [seen('vm-1', 'web-2', 'u-2'), seen('vm-2', 'web-1', 'u-1')])
    expect(after.map((vm) => vm.id)).toEqual([before[1]?.id, before[0]?.id])
  })

  test('takes another virtual machine of the same name for what it is: another one', () => {
    const refs = new Map<string, ManagedObjectReference>()
    const before = rememberVms([], refs, [seen('vm-1', 'web-1', 'u-1')])
    const [after] = rememberVms(before, refs, [seen('vm-9', 'web-1', 'u-2')])
    expect(after?.id).not.toBe(before[0]?.id)
    expect(after?.guest).toEqual({})
  })

  test('forgets what is gone', () => {
    const before = rememberVms([], new Map(), [seen('vm-1', 'web-1')])
    expect(rememberVms(before, new Map(), [])).toEqual([])
  })
})
