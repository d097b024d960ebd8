import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { aCloneOrder } from '@berth/activities/vcenter/testing/a-clone-order.ts'
import { someProgress } from '@berth/activities/vcenter/testing/vcenter-contract.ts'
import type { CloneOrder, StepProgress } from '@berth/activities/vcenter/vcenter-port.ts'
import type { SoapMethod } from './element-order.ts'
import { findAllByInstanceUuid, findByInventoryPath, findChild } from './inventory.ts'
import { moref } from './managed-object.ts'
import type { ManagedObjectReference } from './managed-object.ts'
import { readProperty } from './read-properties.ts'
import { startVcsimBehindProxy, type VcsimBehindProxy } from './testing/vcsim-behind-proxy.ts'
import { until } from '@berth/testing/until.ts'
import { createVsphereVcenter } from './vsphere-vcenter.ts'
import type { VsphereVcenter } from './vsphere-vcenter.ts'

/** The cases of the table in agent-worker/README.md, in its order. */
describe('a step whose first attempt did not hear the end of it', () => {
  let site: VcsimBehindProxy
  let { vcsim, byHand, proxy, port } = {} as VcsimBehindProxy

  beforeAll(async () => {
    site = await startVcsimBehindProxy({
      taskDelays: { CloneVm: 300, PowerOn: 300, PowerOff: 300, Destroy: 300, ReconfigVm: 200 },
    })
    ;({ vcsim, byHand, proxy, port } = site)
  })
  afterAll(() => site.stop())

  const anOrder = async (changes: Partial<CloneOrder> = {}) =>
    aCloneOrder(await port.findPlacements(vcsim.rules), changes)

  const aLargerOrder = async () => {
    const { templateDiskGiB } = await port.findPlacements(vcsim.rules)
    return anOrder({ size: { id: 'large', vCpu: 2, memoryMiB: 2048, diskGiB: templateDiskGiB + 10 } })
  }

  const aBuiltVm = async () => {
    const order = await anOrder()
    await port.cloneVm(order, someProgress())
    return order
  }

  const aRunningVm = async () => {
    const order = await aBuiltVm()
    await port.powerOnVm(order, someProgress())
    return order
  }

  /** Another agent goes on: it knows nothing but that something may have been sent. */
  const anotherAgent = async <T>(act: (other: VsphereVcenter, progress: StepProgress) => Promise<T>): Promise<T> => {
    const { url, username, password } = vcsim
    const other = createVsphereVcenter({ url, username, password })
    try {
      return await act(other, { ...someProgress(), mayHaveWritten: true })
    } finally {
      await other.close()
    }
  }

  const countOf = (method: SoapMethod) => proxy.arrived.filter((call) => call === method).length
  const vmsOf = ({ requestId }: CloneOrder) => findAllByInstanceUuid(vcsim.access.client, requestId)
  const seen = async ({ requestId }: CloneOrder) =>
    (await byHand.port.listOwnedVms('berth-test', [vcsim.rules.folderPath])).vms.find(
      (vm) => vm.instanceUuid === requestId,
    )

  const isLost = (work: Promise<unknown>) => expect(work).rejects.toMatchObject({ code: 'vcenterUnavailable' })

  const forgetsTask = { answer: (text: string) => text.replace(/task-\d+/, 'task-999999') }

  test('a clone is waited for and adopted by another agent, which clones nothing', async () => {
    const order = await anOrder()
    proxy.loseNextAnswerOf('CloneVM_Task')
    await isLost(port.cloneVm(order, someProgress()))
    const tasks = byHand.calls.length
    const { moid } = await anotherAgent((other, progress) => other.cloneVm(order, progress))
    expect(byHand.calls.slice(tasks)).not.toContain('CloneVM_Task')
    expect((await vmsOf(order)).map(({ value }) => value)).toEqual([moid])
  })

  describe('and that stays until its call cannot come any more', () => {
    const patiently = async (act: (patient: VsphereVcenter) => Promise<void>) => {
      const { username, password } = vcsim
      const patient = createVsphereVcenter({ url: proxy.url, username, password, lateCallSeconds: 4 })
      await act(patient).finally(() => patient.close())
    }

    test('adopts a clone whose answer was lost', () =>
      patiently(async (patient) => {
        const order = await anOrder()
        const before = countOf('CloneVM_Task')
        proxy.loseNextAnswerOf('CloneVM_Task')
        const { moid } = await patient.cloneVm(order, someProgress())
        expect((await vmsOf(order)).map(({ value }) => value)).toEqual([moid])
        expect(countOf('CloneVM_Task')).toBe(before + 1)
      }))

    test('adopts a clone that comes late', () =>
      patiently(async (patient) => {
        const order = await anOrder()
        const late = proxy.delayNext('CloneVM_Task')
        const clone = patient.cloneVm(order, someProgress())
        await late.reached
        late.deliver()
        const { moid } = await clone
        expect((await vmsOf(order)).map(({ value }) => value)).toEqual([moid])
      }))

    test.each(['before', 'while'] as const)('is waited for by a cancellation that comes %s it is given up', (when) =>
      patiently(async (patient) => {
        const order = await anOrder()
        const late = proxy.delayNext('CloneVM_Task')
        const abort = new AbortController()
        const progress = { ...someProgress(abort.signal), cancelRequested: () => true }
        const clone = patient.cloneVm(order, progress)
        const givenUp = isLost(clone).then(() => 'given up')
        await late.reached
        if (when === 'before') abort.abort(new Error('cancelled'))
        else await until('a look for the clone', async () => proxy.arrived.at(-1) === 'FindChild')
        abort.abort(new Error('cancelled'))
        late.deliver()
        const made = until('the VM', async () => (await vmsOf(order)).length === 1).then(() => 'made')
        expect(await Promise.race([givenUp, made])).toBe('made')
        await givenUp
        await patient.destroyVm(order, someProgress())
        expect(await vmsOf(order)).toEqual([])
      }),
    )
  })

  test('a clone is not begun again while the lost one is under way', async () => {
    const order = await anOrder()
    proxy.loseNextAnswerOf('CloneVM_Task')
    await isLost(port.cloneVm(order, someProgress()))
    const clones = countOf('CloneVM_Task')
    await port.cloneVm(order, { ...someProgress(), mayHaveWritten: true })
    expect(countOf('CloneVM_Task')).toBe(clones)
    expect(await vmsOf(order)).toHaveLength(1)
  })

  test('a clone whose task vCenter forgot is adopted once its VM is there', async () => {
    const order = await anOrder()
    proxy.changeNext('CloneVM_Task', forgetsTask)
    await expect(port.cloneVm(order, someProgress())).rejects.toMatchObject({ code: 'vcenterSessionLost' })
    await port.cloneVm(order, { ...someProgress(), mayHaveWritten: true })
    expect(await vmsOf(order)).toHaveLength(1)
  })

  test('a clone task that ended in error after it made the VM is done when the VM is as ordered', async () => {
    const order = await anOrder()
    const twin = byHand.port.cloneVm(order, someProgress())
    const template = await findByInventoryPath(vcsim.access.client, vcsim.rules.templatePath)
    await twin
    // The VM is there, and this attempt’s own task, for a name that nobody has, ends in error.
    proxy.changeNext('FindAllByUuid', { request: (text) => text.replace(order.requestId, crypto.randomUUID()) })
    proxy.changeNext('CloneVM_Task', {
      request: (text) => text.replace(/<folder type="Folder">[^<]*/, `<folder type="Folder">${template?.value}`),
    })
    const { moid } = await port.cloneVm(order, someProgress())
    expect((await vmsOf(order)).map(({ value }) => value)).toEqual([moid])
  })

  test('a clone that vCenter gave another instanceUuid is held, and no second one begun', async () => {
    const order = await anOrder()
    const given = crypto.randomUUID()
    proxy.changeNext('CloneVM_Task', {
      request: (text) => text.replace(/<instanceUuid>[^<]*/, `<instanceUuid>${given}`),
    })
    const held = { code: 'notOurs', message: expect.stringContaining(`its instanceUuid is ${given}`) }
    await expect(port.cloneVm(order, someProgress())).rejects.toMatchObject(held)
    await expect(port.cloneVm(order, someProgress())).rejects.toMatchObject(held)
    await expect(anotherAgent((other, progress) => other.cloneVm(order, progress))).rejects.toMatchObject(held)
    // An operator’s retry at another agent has no heartbeat to go by: the name in the folder stops it.
    const anew = anotherAgent((other) => other.cloneVm(order, someProgress()))
    await expect(anew).rejects.toMatchObject(held)
    expect(await vmsOf(order)).toEqual([])
  })

  test('a disk that was not grown yet is grown, and one that was is left alone', async () => {
    const order = await aLargerOrder()
    proxy.loseNextAnswerOf('CloneVM_Task')
    await isLost(port.cloneVm(order, someProgress()))
    proxy.loseNextAnswerOf('ReconfigVM_Task')
    await isLost(port.cloneVm(order, { ...someProgress(), mayHaveWritten: true }))
    const clones = countOf('CloneVM_Task')
    await port.cloneVm(order, { ...someProgress(), mayHaveWritten: true })
    expect(countOf('CloneVM_Task')).toBe(clones)
    expect(await vmsOf(order)).toHaveLength(1)
  })

  test.each<[SoapMethod, boolean, (order: CloneOrder, progress: StepProgress) => Promise<unknown>]>([
    ['PowerOnVM_Task', true, (order, progress) => port.powerOnVm(order, progress)],
    ['PowerOffVM_Task', false, (order, progress) => port.powerOffVm(order, 0, progress)],
  ])('%s is not needed twice: lost, forgotten, or by a twin', async (method, isOn, step) => {
    const ready = isOn ? aBuiltVm : aRunningVm
    const lost = await ready()
    proxy.loseNextAnswerOf(method)
    await isLost(step(lost, someProgress()))
    await step(lost, { ...someProgress(), mayHaveWritten: true })
    expect((await seen(lost))?.poweredOn).toBe(isOn)

    const forgotten = await ready()
    proxy.changeNext(method, forgetsTask)
    await expect(step(forgotten, someProgress())).rejects.toMatchObject({ code: 'vcenterSessionLost' })
    await step(forgotten, { ...someProgress(), mayHaveWritten: true })
    expect((await seen(forgotten))?.poweredOn).toBe(isOn)

    const shared = await ready()
    await Promise.all([step(shared, someProgress()), step(shared, someProgress())])
    expect((await seen(shared))?.poweredOn).toBe(isOn)
  })

  test('a guest that was asked to shut down is not powered off hard by the next attempt', async () => {
    const order = await aRunningVm()
    await byHand.reportAddress(order.requestId, '10.0.0.5')
    proxy.loseNextAnswerOf('ShutdownGuest')
    await isLost(port.powerOffVm(order, 30, someProgress()))
    const hard = countOf('PowerOffVM_Task')
    await port.powerOffVm(order, 30, { ...someProgress(), mayHaveWritten: true })
    expect(countOf('PowerOffVM_Task')).toBe(hard)
    expect((await seen(order))?.poweredOn).toBe(false)
  })

  test('a destruction is found to be done: lost, forgotten, or by a twin', async () => {
    const lost = await aRunningVm()
    proxy.loseNextAnswerOf('Destroy_Task')
    await isLost(port.destroyVm(lost, someProgress()))
    await port.destroyVm(lost, { ...someProgress(), mayHaveWritten: true })
    expect(await vmsOf(lost)).toEqual([])

    const forgotten = await aRunningVm()
    proxy.changeNext('Destroy_Task', forgetsTask)
    await port.destroyVm(forgotten, someProgress()).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'vcenterBusy' })
    })
    await port.destroyVm(forgotten, { ...someProgress(), mayHaveWritten: true })
    expect(await vmsOf(forgotten)).toEqual([])

    const shared = await aRunningVm()
    await Promise.all([port.destroyVm(shared, someProgress()), port.destroyVm(shared, someProgress())])
    expect(await vmsOf(shared)).toEqual([])
  })

  test('a young VM keeps its name until no clone is under way that could take its place', async () => {
    const order = await aBuiltVm()
    const { client } = vcsim.access
    const template = await findByInventoryPath(client, vcsim.rules.templatePath)
    const another = { folder: moref('Folder', order.placement.folderMoid), name: `later-${order.vmName}` }
    const pool = moref('ResourcePool', order.placement.resourcePoolMoid)
    const spec = { location: { pool }, template: false, powerOn: false }
    const task = await client.call<ManagedObjectReference>('CloneVM_Task', template ?? pool, { ...another, spec })
    const destruction = proxy.holdNextAnswerOf('Destroy_Task')
    const destroyed = port.destroyVm(order, someProgress())
    await destruction.reached
    expect(await readProperty(client, task, 'info.state')).toBe('success')
    destruction.release()
    await destroyed
  })

  test('two clones of two attempts that died leave nothing behind when the request is undone', async () => {
    const order = await anOrder()
    for (const _attempt of [1, 2]) {
      proxy.loseNextAnswerOf('CloneVM_Task')
      await isLost(port.cloneVm(order, someProgress()))
    }
    await anotherAgent((other, progress) => other.destroyVm(order, progress))
    expect(await vmsOf(order)).toEqual([])
    expect(await findChild(vcsim.access.client, order.placement.folderMoid, order.vmName)).toBeUndefined()
    await anotherAgent((other, progress) => other.destroyVm(order, progress))
    expect(await vmsOf(order)).toEqual([])
  })
})
