import { describe, expect, test } from '@jest/globals'
import { aCloneOrder } from './a-clone-order.ts'
import { createFakeVcenter } from './fake-vcenter.ts'
import { someProgress, vcenterContract } from './vcenter-contract.ts'

vcenterContract('the vCenter in memory', async () => {
  const fake = createFakeVcenter()
  fake.assignsAddresses = false
  return {
    port: fake,
    restarted: () => fake,
    rules: {
      templatePath: '/DC0/vm/ubuntu-24-04',
      folderPath: '/DC0/vm/berth',
      resourcePoolPath: '/DC0/host/DC0_C0/Resources',
      datastores: fake.findings.datastores.map((datastore) => datastore.name),
      networks: [fake.findings.networkName],
    },
    reportAddress: async (requestId, address) => fake.assignAddress(requestId, address),
    addForeignVm: async (vm) => fake.addForeignVm(vm).moid,
    addCopyOf: async (requestId, name) => void fake.addCopyOf(requestId, name),
    removeVm: async (requestId) => fake.removeVm(requestId),
    reassignUuid: async (requestId, instanceUuid) => fake.reassignUuid(requestId, instanceUuid),
    moveOut: async (requestId) => fake.moveOut(requestId),
    removeMarker: async (requestId) => fake.removeMarker(requestId),
    stop: async () => undefined,
  }
})

describe('the knobs of the vCenter in memory', () => {
  const anOrder = async (fake = createFakeVcenter()) => ({
    fake,
    order: aCloneOrder(fake.findings),
  })

  test('a failure planned once hits one call, and one until healed hits all of them', async () => {
    const { fake, order } = await anOrder()
    fake.failNext('cloneVm', 'hostDisconnected')
    await expect(fake.cloneVm(order, someProgress())).rejects.toMatchObject({ code: 'hostDisconnected' })
    expect(fake.vms).toEqual([])
    await fake.cloneVm(order, someProgress())
    fake.failUntilHealed('powerOnVm', 'insufficientResources')
    await expect(fake.powerOnVm(order, someProgress())).rejects.toMatchObject({ code: 'insufficientResources' })
    await expect(fake.powerOnVm(order, someProgress())).rejects.toMatchObject({ code: 'insufficientResources' })
    fake.heal('powerOnVm')
    await fake.powerOnVm(order, someProgress())
    expect(fake.calls.powerOnVm).toBe(3)
  })

  test('a lost answer leaves the work done', async () => {
    const { fake, order } = await anOrder()
    fake.loseNextAnswer('cloneVm')
    await expect(fake.cloneVm(order, someProgress())).rejects.toMatchObject({ code: 'vcenterUnavailable' })
    expect(fake.vmOf(order.requestId)?.name).toBe(order.vmName)
    await fake.cloneVm(order, someProgress())
    expect(fake.mostVmsAtOnce(order.requestId)).toBe(1)
  })

  test('a held call waits until it is released', async () => {
    const { fake, order } = await anOrder()
    const held = fake.holdNext('cloneVm')
    const clone = fake.cloneVm(order, someProgress())
    await held.reached
    expect(fake.vms).toEqual([])
    held.release()
    await clone
    expect(fake.vms).toHaveLength(1)
  })

  test('a clone under way is followed to its end by a cancelled caller, so that destroying finds its VM', async () => {
    const { fake, order } = await anOrder()
    const slow = fake.slowNextClone()
    const abort = new AbortController()
    const cancelled = fake.cloneVm(order, { ...someProgress(abort.signal), cancelRequested: () => true })
    await slow.reached
    const reason = new Error('cancelled')
    abort.abort(reason)
    slow.release()
    await expect(cancelled).rejects.toBe(reason)
    expect(fake.vms).toHaveLength(1)
    await fake.destroyVm(order, someProgress())
    expect(fake.vms).toEqual([])
  })

  test('a clone whose caller has left goes on, and until it has ended nothing is gone', async () => {
    const { fake, order } = await anOrder()
    const slow = fake.slowNextClone()
    const abort = new AbortController()
    const left = fake.cloneVm(order, someProgress(abort.signal))
    await slow.reached
    const reason = new Error('the worker shuts down')
    abort.abort(reason)
    await expect(left).rejects.toBe(reason)
    await expect(fake.destroyVm(order, someProgress())).rejects.toMatchObject({ code: 'vcenterBusy' })
    slow.release()
    const { moid } = await fake.cloneVm(order, someProgress())
    expect(fake.vms.map((vm) => vm.moid)).toEqual([moid])
    await fake.destroyVm(order, someProgress())
    expect(fake.vms).toEqual([])
  })

  test('a VM that is powered on has an address, as long as addresses are assigned', async () => {
    const { fake, order } = await anOrder()
    await fake.cloneVm(order, someProgress())
    await fake.powerOnVm(order, someProgress())
    expect(fake.vmOf(order.requestId)?.address).toMatch(/^10\.20\./)
  })
})
