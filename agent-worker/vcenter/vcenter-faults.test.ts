import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { aCloneOrder } from '@berth/activities/vcenter/testing/a-clone-order.ts'
import { someProgress } from '@berth/activities/vcenter/testing/vcenter-contract.ts'
import type { CloneOrder } from '@berth/activities/vcenter/vcenter-port.ts'
import { startVcsim } from '@berth/testing/vcsim.ts'
import type { Vcsim } from '@berth/testing/vcsim.ts'
import type { SoapMethod } from './element-order.ts'
import { startLossyProxy } from './testing/lossy-proxy.ts'
import type { LossyProxy } from './testing/lossy-proxy.ts'
import { createVsphereVcenter } from './vsphere-vcenter.ts'
import type { VsphereVcenter } from './vsphere-vcenter.ts'

describe('a fault that vCenter answers with', () => {
  let vcsim: Vcsim
  let proxy: LossyProxy
  let port: VsphereVcenter
  /** An agent that has built a VM powers it on without reading it again. */
  let builder: VsphereVcenter
  const calls: SoapMethod[] = []

  beforeAll(async () => {
    vcsim = await startVcsim()
    proxy = await startLossyProxy(vcsim.url)
    const { url, username, password } = vcsim
    builder = createVsphereVcenter({ url, username, password })
    port = createVsphereVcenter({ url: proxy.url, username, password, onCall: (method) => calls.push(method) })
  })
  afterAll(async () => {
    await port.close()
    await builder.close()
    await proxy.stop()
    await vcsim.stop()
  })

  const aBuiltVm = async (): Promise<CloneOrder> => {
    const order = aCloneOrder(await port.findPlacements(vcsim.rules))
    await builder.cloneVm(order, someProgress())
    return order
  }

  const stateOf = async ({ installationId, requestId }: CloneOrder) => {
    const { vms } = await port.listOwnedVms(installationId, [vcsim.rules.folderPath])
    return vms.find((vm) => vm.instanceUuid === requestId)
  }

  test('InvalidState at power on is tried again', async () => {
    const order = await aBuiltVm()
    proxy.faultNext('PowerOnVM_Task', 'InvalidState')
    await port.powerOnVm(order, someProgress())
    expect((await stateOf(order))?.poweredOn).toBe(true)
  })

  test('a power on that vCenter does not allow yet is waited for, and then made', async () => {
    const order = await aBuiltVm()
    const disabled = '<val xsi:type="ArrayOfString"><string>PowerOnVM_Task</string></val>'
    proxy.changeNext('RetrievePropertiesEx', {
      answer: (text) =>
        text.replace('</objects>', `<propSet><name>disabledMethod</name>${disabled}</propSet></objects>`),
    })
    const before = proxy.arrived.length
    await port.powerOnVm(order, someProgress())
    const since = proxy.arrived.slice(before)
    // It listened to the VM first; the stream said that the method is allowed now.
    expect(since.indexOf('ModifyListView')).toBeLessThan(since.indexOf('PowerOnVM_Task'))
    expect(since.filter((method) => method === 'PowerOnVM_Task')).toHaveLength(1)
    expect((await stateOf(order))?.poweredOn).toBe(true)
  })

  test('InvalidPowerState that says “on already” is success', async () => {
    const order = await aBuiltVm()
    const members = '<requestedState>poweredOn</requestedState><existingState>poweredOn</existingState>'
    proxy.faultNext('PowerOnVM_Task', 'InvalidPowerState', members)
    await port.powerOnVm(order, someProgress())
  })

  test('TaskInProgress is retried by Temporal', async () => {
    const order = await aBuiltVm()
    proxy.faultNext('PowerOnVM_Task', 'TaskInProgress')
    await expect(port.powerOnVm(order, someProgress())).rejects.toMatchObject({ code: 'vcenterBusy' })
  })

  test('NoPermission names the privilege and the object', async () => {
    const order = await aBuiltVm()
    const members =
      '<object type="VirtualMachine">vm-7</object><privilegeId>VirtualMachine.Interact.PowerOn</privilegeId>'
    proxy.faultNext('PowerOnVM_Task', 'NoPermission', members)
    await expect(port.powerOnVm(order, someProgress())).rejects.toMatchObject({
      code: 'noPermission',
      message: expect.stringContaining('VirtualMachine.Interact.PowerOn on VirtualMachine vm-7'),
    })
  })

  test('NotAuthenticated leads to another login, and the call is made', async () => {
    const order = await aBuiltVm()
    const logins = calls.filter((method) => method === 'Login').length
    proxy.faultNext('PowerOnVM_Task', 'NotAuthenticated')
    await port.powerOnVm(order, someProgress())
    expect(calls.filter((method) => method === 'Login')).toHaveLength(logins + 1)
    expect((await stateOf(order))?.poweredOn).toBe(true)
  })

  test('a destruction whose answer was lost is found to be done', async () => {
    const order = await aBuiltVm()
    proxy.loseNextAnswerOf('Destroy_Task')
    await expect(port.destroyVm(order, someProgress())).rejects.toMatchObject({ code: 'vcenterUnavailable' })
    await port.destroyVm(order, someProgress())
    expect(await stateOf(order)).toBeUndefined()
  })

  test('a gateway’s error page is an unavailable vCenter', async () => {
    const order = await aBuiltVm()
    proxy.refuseNext('RetrievePropertiesEx')
    await expect(port.powerOnVm(order, someProgress())).rejects.toMatchObject({ code: 'vcenterUnavailable' })
  })
})
