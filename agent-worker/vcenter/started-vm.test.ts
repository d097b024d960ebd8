import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { aCloneOrder } from '@berth/activities/vcenter/testing/a-clone-order.ts'
import { someProgress } from '@berth/activities/vcenter/testing/vcenter-contract.ts'
import { startVcsim } from '@berth/testing/vcsim.ts'
import type { Vcsim } from '@berth/testing/vcsim.ts'
import { findAllByInstanceUuid } from './inventory.ts'
import { vmRef } from './managed-object.ts'
import { vcsimUnderTest } from './testing/vcsim-under-test.ts'
import { runTask } from './vcenter-task.ts'

const addressRules = { allow: [], ignore: [], settleSeconds: 0, timeoutSeconds: 60 }

describe('the address of a VM that was just powered on', () => {
  let vcsim: Vcsim
  let vcenter: ReturnType<typeof vcsimUnderTest>

  beforeAll(async () => {
    vcsim = await startVcsim()
    vcenter = vcsimUnderTest(vcsim)
  })
  afterAll(() => vcenter.stop())

  const aRunningVm = async () => {
    const order = aCloneOrder(await vcenter.port.findPlacements(vcsim.rules))
    await vcenter.port.cloneVm(order, someProgress())
    await vcenter.port.powerOnVm(order, someProgress())
    return order
  }

  const readsOf = async (work: () => Promise<unknown>) => {
    const before = vcenter.calls.length
    await work()
    return vcenter.calls.slice(before).filter((method) => method === 'RetrievePropertiesEx').length
  }

  test('is found without reading the VM again, also when it was reported before anybody asked', async () => {
    const order = await aRunningVm()
    await vcenter.reportAddress(order.requestId, '10.9.3.1')
    const find = async () => {
      expect(await vcenter.port.waitForAddress(order, addressRules, someProgress())).toBe('10.9.3.1')
    }
    expect(await readsOf(find)).toBe(0)
    expect(await readsOf(find)).toBe(1)
  })

  test('is not asked of a VM that somebody removed meanwhile', async () => {
    const order = await aRunningVm()
    const [vm = vmRef('none')] = await findAllByInstanceUuid(vcsim.access.client, order.requestId)
    await runTask(vcsim.access.client, vcsim.access.stream, 'PowerOffVM_Task', vm)
    await vcenter.removeVm(order.requestId)
    const wait = vcenter.port.waitForAddress(order, addressRules, someProgress())
    await expect(wait).rejects.toMatchObject({ code: 'vmVanished' })
  })

  test('is told to the installation whose VM it is, and to no other', async () => {
    const order = await aRunningVm()
    await vcenter.reportAddress(order.requestId, '10.9.3.3')
    const other = { ...order, installationId: 'another-installation' }
    const wait = vcenter.port.waitForAddress(other, addressRules, someProgress())
    await expect(wait).rejects.toMatchObject({ code: 'notOurs' })
  })
})
