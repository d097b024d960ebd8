import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { aCloneOrder } from '@berth/activities/vcenter/testing/a-clone-order.ts'
import { someProgress } from '@berth/activities/vcenter/testing/vcenter-contract.ts'
import { startVcsim } from '@berth/testing/vcsim.ts'
import type { Vcsim } from '@berth/testing/vcsim.ts'
import type { SoapMethod } from './element-order.ts'
import { moref } from './managed-object.ts'
import { readProperty } from './read-properties.ts'
import type { Properties } from './read-properties.ts'
import { createSoapClient } from './soap-client.ts'
import { vcsimUnderTest } from './testing/vcsim-under-test.ts'
import { createUpdateStream } from './update-stream.ts'
import { runTask } from './vcenter-task.ts'

const addressRules = { allow: [], ignore: [], settleSeconds: 0, timeoutSeconds: 60 }

describe('the stream of changes', () => {
  let vcsim: Vcsim
  let vcenter: ReturnType<typeof vcsimUnderTest>

  beforeAll(async () => {
    vcsim = await startVcsim({ taskDelays: { CloneVm: 1_000 } })
    vcenter = vcsimUnderTest(vcsim)
  })
  afterAll(() => vcenter.stop())

  const anOrder = async () => aCloneOrder(await vcenter.port.findPlacements(vcsim.rules))

  const callsOf = async (work: () => Promise<unknown>) => {
    const before = vcenter.calls.length
    await work()
    return vcenter.calls.slice(before)
  }

  const isNoWait = (method: SoapMethod) => !['WaitForUpdatesEx', 'CancelWaitForUpdates'].includes(method)

  test('carries twenty clones at once, from placement to address', async () => {
    const { port } = vcenter
    const orders = await Promise.all(Array.from({ length: 20 }, anOrder))
    const addresses = await Promise.all(
      orders.map(async (order, index) => {
        await port.cloneVm(order, someProgress())
        await port.powerOnVm(order, someProgress())
        const address = port.waitForAddress(order, addressRules, someProgress())
        await vcenter.reportAddress(order.requestId, `10.9.0.${index + 1}`)
        return address
      }),
    )
    expect(addresses).toEqual(orders.map((_order, index) => `10.9.0.${index + 1}`))
  })

  test('needs few calls for one VM', async () => {
    const { port } = vcenter
    await anOrder()
    const order = await anOrder()
    const building = await callsOf(async () => {
      await port.findPlacements(vcsim.rules)
      await port.cloneVm(order, someProgress())
      await port.powerOnVm(order, someProgress())
      const address = port.waitForAddress(order, addressRules, someProgress())
      await vcenter.reportAddress(order.requestId, '10.9.1.1')
      await address
    })
    await port.powerOffVm(order, 0, someProgress())
    const destroying = await callsOf(() => port.destroyVm(order, someProgress()))
    // Twelve with the four answers of the stream; on a busy machine one may come as two. All else never varies.
    expect(building.filter(isNoWait)).toEqual([
      ...['RetrievePropertiesEx', 'FindAllByUuid', 'CloneVM_Task', 'ModifyListView', 'RetrievePropertiesEx'],
      ...['FindAllByUuid', 'PowerOnVM_Task', 'ModifyListView'],
    ])
    expect(building.length).toBeLessThanOrEqual(14)
    expect(destroying.filter(isNoWait)).toEqual([
      ...['FindAllByUuid', 'RetrievePropertiesEx', 'RetrievePropertiesEx', 'Destroy_Task', 'ModifyListView'],
    ])
  })

  test('needs one more vCenter task, and what follows it, to destroy a VM that runs', async () => {
    const order = await anOrder()
    await vcenter.port.cloneVm(order, someProgress())
    await vcenter.port.powerOnVm(order, someProgress())
    const destroying = await callsOf(() => vcenter.port.destroyVm(order, someProgress()))
    expect(destroying.filter(isNoWait)).toEqual([
      ...['FindAllByUuid', 'RetrievePropertiesEx', 'RetrievePropertiesEx', 'PowerOffVM_Task', 'ModifyListView'],
      ...['FindAllByUuid', 'Destroy_Task', 'ModifyListView'],
    ])
  })

  test('is built again after the session was lost, and whoever waits goes on waiting', async () => {
    const { url, username, password } = vcsim
    const client = createSoapClient({ url, username, password })
    const stream = createUpdateStream(client)
    const order = await anOrder()
    const { moid } = await vcenter.port.cloneVm(order, someProgress())
    await vcenter.port.powerOnVm(order, someProgress())
    const vm = moref('VirtualMachine', moid)
    const addressed = stream.until(vm, (properties) => properties['guest.ipAddress'] as string | undefined)
    const { sessionManager } = await client.serviceContent()
    const session = (await readProperty(client, sessionManager, 'currentSession')) as { key: string }
    await vcsim.access.client.call('TerminateSession', sessionManager, { sessionId: [session.key] })
    // Any other work at this vCenter notices the loss.
    await runTask(client, stream, 'ReconfigVM_Task', vm, { spec: { annotation: 'x' } })
    await vcenter.reportAddress(order.requestId, '10.9.2.1')
    expect(await addressed).toBe('10.9.2.1')
    stream.close(new Error('the test ends'))
    await client.close()
  })

  test('decides on nothing that it heard before it stopped listening', async () => {
    const { url, username, password } = vcsim
    const client = createSoapClient({ url, username, password })
    const stream = createUpdateStream(client)
    const order = await anOrder()
    const { moid } = await vcenter.port.cloneVm(order, someProgress())
    const vm = moref('VirtualMachine', moid)
    const powerState = (properties: Properties) => properties['runtime.powerState']
    expect(await stream.until(vm, powerState)).toBe('poweredOff')
    // The loop ends after its moment of gathering; a clone takes far longer.
    await vcenter.port.cloneVm(await anOrder(), someProgress())
    await vcenter.port.powerOnVm(order, someProgress())
    expect(await stream.until(vm, powerState)).toBe('poweredOn')
    stream.close(new Error('the test ends'))
    await client.close()
  })

  test('tells of an object that is gone', async () => {
    const { stream } = vcsim.access
    await expect(stream.until(moref('Task', 'task-99999'), () => undefined)).rejects.toMatchObject({
      faultType: 'ManagedObjectNotFound',
    })
  })
})
