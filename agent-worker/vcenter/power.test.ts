import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { aCloneOrder } from '@berth/activities/vcenter/testing/a-clone-order.ts'
import { someProgress } from '@berth/activities/vcenter/testing/vcenter-contract.ts'
import { until } from '@berth/testing/until.ts'
import { startVcsim } from '@berth/testing/vcsim.ts'
import type { Vcsim, VcsimOptions } from '@berth/testing/vcsim.ts'
import type { SoapMethod } from './element-order.ts'
import { vcsimUnderTest } from './testing/vcsim-under-test.ts'

const addressRules = { allow: [], ignore: [], settleSeconds: 0, timeoutSeconds: 60 }

async function startSite(options: VcsimOptions) {
  const vcsim = await startVcsim(options)
  const vcenter = vcsimUnderTest(vcsim)
  const aRunningVm = async () => {
    const order = aCloneOrder(await vcenter.port.findPlacements(vcsim.rules))
    await vcenter.port.cloneVm(order, someProgress())
    await vcenter.port.powerOnVm(order, someProgress())
    return order
  }
  const isOn = async (requestId: string) => {
    const { vms } = await vcenter.port.listOwnedVms('berth-test', [vcsim.rules.folderPath])
    return vms.find((vm) => vm.instanceUuid === requestId)?.poweredOn
  }
  const countOf = (method: SoapMethod) => vcenter.calls.filter((call) => call === method).length
  return { vcsim, vcenter, aRunningVm, isOn, countOf }
}

describe('powering off', () => {
  let site: Awaited<ReturnType<typeof startSite>>

  beforeAll(async () => {
    site = await startSite({ taskDelays: { ShutdownGuest: 400 } })
  })
  afterAll(() => site.vcenter.stop())

  test('asks a guest that runs its tools, and then does not cut its power', async () => {
    const order = await site.aRunningVm()
    await site.vcenter.reportAddress(order.requestId, '10.0.0.5')
    const hardBefore = site.countOf('PowerOffVM_Task')
    await site.vcenter.port.powerOffVm(order, 30, someProgress())
    expect(site.countOf('ShutdownGuest')).toBe(1)
    expect(site.countOf('PowerOffVM_Task')).toBe(hardBefore)
    expect(await site.isOn(order.requestId)).toBe(false)
  })

  test('cuts the power of a guest without tools', async () => {
    const order = await site.aRunningVm()
    const askedBefore = site.countOf('ShutdownGuest')
    await site.vcenter.port.powerOffVm(order, 30, someProgress())
    expect(site.countOf('ShutdownGuest')).toBe(askedBefore)
    expect(await site.isOn(order.requestId)).toBe(false)
  })
})

describe('a guest that does not go down in its time', () => {
  let site: Awaited<ReturnType<typeof startSite>>

  beforeAll(async () => {
    site = await startSite({ taskDelays: { ShutdownGuest: 600_000 } })
  })
  afterAll(() => site.vcenter.stop())

  test('is powered off hard', async () => {
    const order = await site.aRunningVm()
    await site.vcenter.reportAddress(order.requestId, '10.0.0.5')
    await site.vcenter.port.powerOffVm(order, 1, someProgress())
    expect(site.countOf('PowerOffVM_Task')).toBe(1)
    expect(await site.isOn(order.requestId)).toBe(false)
  })

  test('is left alone when another VM has come to have its uuid meanwhile', async () => {
    const order = await site.aRunningVm()
    await site.vcenter.reportAddress(order.requestId, '10.0.0.6')
    const asked = site.countOf('ShutdownGuest')
    const off = expect(site.vcenter.port.powerOffVm(order, 3, someProgress())).rejects.toMatchObject({
      code: 'notOurs',
    })
    await until('the guest to be asked', async () => site.countOf('ShutdownGuest') > asked)
    await site.vcenter.addForeignVm({ name: `twin-of-${order.vmName}`, instanceUuid: order.requestId })
    await off
    expect(site.countOf('PowerOffVM_Task')).toBe(1)
    expect(await site.isOn(order.requestId)).toBe(true)
  })
})

describe('a vCenter that dies', () => {
  let vcsim: Vcsim
  let site: Awaited<ReturnType<typeof startSite>>

  beforeAll(async () => {
    site = await startSite({})
    vcsim = site.vcsim
  })
  afterAll(() => site.vcenter.stop())

  test('ends the waits with a failure that is retried', async () => {
    const order = await site.aRunningVm()
    const waiting = site.vcenter.port.waitForAddress(order, addressRules, someProgress())
    const outcome = expect(waiting).rejects.toMatchObject({ code: 'vcenterUnavailable' })
    process.kill(vcsim.pid, 'SIGKILL')
    await outcome
    await expect(site.vcenter.port.powerOnVm(order, someProgress())).rejects.toMatchObject({
      code: 'vcenterUnavailable',
    })
  })
})
