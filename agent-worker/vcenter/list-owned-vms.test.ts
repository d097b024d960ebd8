import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { aCloneOrder } from '@berth/activities/vcenter/testing/a-clone-order.ts'
import { someProgress } from '@berth/activities/vcenter/testing/vcenter-contract.ts'
import { startVcsim } from '@berth/testing/vcsim.ts'
import type { Vcsim } from '@berth/testing/vcsim.ts'
import { addressesOnCard } from './guest-address.ts'
import { usableBy } from './usable-address.ts'
import { vcsimUnderTest } from './testing/vcsim-under-test.ts'

describe('listing the VMs of a large site', () => {
  let vcsim: Vcsim
  let vcenter: ReturnType<typeof vcsimUnderTest>
  const datacenterFolder = '/DC0/vm'

  beforeAll(async () => {
    vcsim = await startVcsim({ vms: 1_050 })
    vcenter = vcsimUnderTest(vcsim)
  })
  afterAll(() => vcenter.stop())

  const aVm = async () => {
    const order = aCloneOrder(await vcenter.port.findPlacements(vcsim.rules))
    await vcenter.port.cloneVm(order, someProgress())
    return order
  }

  const list = async (folderPath: string, expected?: string[]) => {
    const before = vcenter.calls.length
    const vms = await vcenter.port.listOwnedVms('berth-test', [folderPath], expected)
    return { vms, calls: vcenter.calls.slice(before) }
  }

  test('takes a page for a thousand, and answers ours only', async () => {
    const { requestId } = await aVm()
    const { vms, calls } = await list(datacenterFolder)
    expect(vms.map(({ instanceUuid }) => instanceUuid)).toContain(requestId)
    expect(vms.every(({ markerInstallationId }) => markerInstallationId === 'berth-test')).toBe(true)
    expect(calls).toEqual([
      ...['FindByInventoryPath', 'CreateContainerView', 'RetrievePropertiesEx', 'ContinueRetrievePropertiesEx'],
      'DestroyView',
    ])
  })

  test('costs the managed folder’s own pages, however many VMs others have', async () => {
    const { requestId } = await aVm()
    const { calls } = await list(vcsim.rules.folderPath, [requestId])
    expect(calls).toEqual(['FindByInventoryPath', 'CreateContainerView', 'RetrievePropertiesEx', 'DestroyView'])
  })

  test('looks up few that are missed one by one, and many in one listing', async () => {
    const { requestId } = await aVm()
    await vcenter.moveOut(requestId)
    const few = await list(vcsim.rules.folderPath, [requestId, crypto.randomUUID()])
    expect(few.vms.find((vm) => vm.instanceUuid === requestId)?.inFolder).toBe(false)
    expect(few.calls.filter((method) => method === 'FindAllByUuid')).toHaveLength(2)
    const many = await list(vcsim.rules.folderPath, [
      requestId,
      ...Array.from({ length: 100 }, () => crypto.randomUUID()),
    ])
    expect(many.vms.find((vm) => vm.instanceUuid === requestId)?.inFolder).toBe(false)
    expect(many.calls).not.toContain('FindAllByUuid')
    expect(many.calls.filter((method) => method === 'ContinueRetrievePropertiesEx')).toHaveLength(1)
  })
})

describe('the addresses of a VM', () => {
  test('are all on its first card, and its primary one, but none that is nobody’s', () => {
    const properties = {
      'guest.ipAddress': '10.0.0.5',
      'guest.net': [
        { deviceConfigId: '-1', ipAddress: ['172.17.0.1'] },
        { deviceConfigId: '4000', ipAddress: ['10.0.0.6', 'fe80::1', '10.0.0.5', '169.254.3.4', '2001:db8::7'] },
        { deviceConfigId: '4001', ipAddress: ['192.168.7.7'] },
      ],
    }
    expect(addressesOnCard(properties)).toEqual(['10.0.0.5', '10.0.0.6', '2001:db8::7'])
  })

  test('are none of a bridge inside the guest, though the guest calls it its first, and only those that count', () => {
    const properties = {
      'guest.ipAddress': '172.17.0.1',
      'guest.net': [
        { deviceConfigId: '-1', ipAddress: ['172.17.0.1'] },
        { deviceConfigId: '4000', ipAddress: ['10.0.0.6', '10.9.0.1'] },
      ],
    }
    expect(addressesOnCard(properties)).toEqual(['10.0.0.6', '10.9.0.1'])
    expect(addressesOnCard(properties, usableBy({ allow: [], ignore: ['10.9.0.0/16'] }))).toEqual(['10.0.0.6'])
  })
})
