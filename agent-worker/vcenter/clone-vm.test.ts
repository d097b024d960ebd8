import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { aCloneOrder } from '@berth/activities/vcenter/testing/a-clone-order.ts'
import { someProgress } from '@berth/activities/vcenter/testing/vcenter-contract.ts'
import type { CloneOrder, StepProgress } from '@berth/activities/vcenter/vcenter-port.ts'
import { startVcsim } from '@berth/testing/vcsim.ts'
import type { Vcsim } from '@berth/testing/vcsim.ts'
import { until } from '@berth/testing/until.ts'
import { findAllByInstanceUuid } from './inventory.ts'
import { moref, vmRef } from './managed-object.ts'
import { readProperty } from './read-properties.ts'
import { startLossyProxy } from './testing/lossy-proxy.ts'
import { vcsimUnderTest } from './testing/vcsim-under-test.ts'
import { runTask } from './vcenter-task.ts'
import { capacityGiB, firstDisk, firstNetworkCard } from './virtual-devices.ts'
import { createVsphereVcenter } from './vsphere-vcenter.ts'

describe('cloning', () => {
  let vcsim: Vcsim
  let vcenter: ReturnType<typeof vcsimUnderTest>

  beforeAll(async () => {
    vcsim = await startVcsim({ taskDelays: { CloneVm: 300 } })
    vcenter = vcsimUnderTest(vcsim)
  })
  afterAll(() => vcenter.stop())

  const anOrder = async (changes: Partial<CloneOrder> = {}) =>
    aCloneOrder(await vcenter.port.findPlacements(vcsim.rules), changes)

  const vmsOf = ({ requestId }: CloneOrder) => findAllByInstanceUuid(vcsim.access.client, requestId)

  const read = async (order: CloneOrder, path: string) => {
    const [vm] = await vmsOf(order)
    return readProperty(vcsim.access.client, vm ?? vmRef('none'), path)
  }

  test('grows the clone’s own disk and leaves the template’s alone', async () => {
    const { templateMoid, templateDiskGiB } = await vcenter.port.findPlacements(vcsim.rules)
    const order = await anOrder({ size: { id: 'large', vCpu: 4, memoryMiB: 8192, diskGiB: templateDiskGiB + 30 } })
    await vcenter.port.cloneVm(order, someProgress())
    const disk = firstDisk(await read(order, 'config.hardware.device'))
    expect(disk && capacityGiB(disk)).toBe(templateDiskGiB + 30)
    const templateDisk = firstDisk(
      await readProperty(vcsim.access.client, vmRef(templateMoid), 'config.hardware.device'),
    )
    expect(templateDisk && capacityGiB(templateDisk)).toBe(templateDiskGiB)
    expect(await read(order, 'config.hardware.numCPU')).toBe(4)
    expect(await read(order, 'config.hardware.memoryMB')).toBe(8192)
  })

  test('attaches the template’s own card to the network of the item', async () => {
    const rules = { ...vcsim.rules, networks: ['VM Network'] }
    const order = aCloneOrder(await vcenter.port.findPlacements(rules))
    await vcenter.port.cloneVm(order, someProgress())
    expect(firstNetworkCard(await read(order, 'config.hardware.device'))).toMatchObject({
      key: '4000',
      backing: { _typeName: 'VirtualEthernetCardNetworkBackingInfo', deviceName: 'VM Network' },
    })
  })

  test('never shrinks a disk', async () => {
    const { templateDiskGiB } = await vcenter.port.findPlacements(vcsim.rules)
    const order = await anOrder({ size: { id: 'tiny', vCpu: 1, memoryMiB: 512, diskGiB: 1 } })
    await vcenter.port.cloneVm(order, someProgress())
    const disk = firstDisk(await read(order, 'config.hardware.device'))
    expect(disk && capacityGiB(disk)).toBe(templateDiskGiB)
  })

  test('grows no disk when a second VM has come to have the uuid', async () => {
    const proxy = await startLossyProxy(vcsim.url)
    const { username, password } = vcsim
    const port = createVsphereVcenter({ url: proxy.url, username, password })
    const findings = await port.findPlacements(vcsim.rules)
    const size = { id: 'large', vCpu: 2, memoryMiB: 2048, diskGiB: findings.templateDiskGiB + 30 }
    const order = aCloneOrder(findings, { size })
    const readBack = proxy.holdNextAnswerOf('RetrievePropertiesEx')
    const cloned = expect(port.cloneVm(order, someProgress())).rejects.toMatchObject({ code: 'notOurs' })
    await readBack.reached
    await vcenter.addForeignVm({ name: `twin-of-${order.vmName}`, instanceUuid: order.requestId })
    readBack.release()
    await cloned
    expect(proxy.arrived).not.toContain('ReconfigVM_Task')
    await port.close()
    await proxy.stop()
  })

  test('adopts what a lost answer left, also when the lost clone is still under way', async () => {
    const proxy = await startLossyProxy(vcsim.url)
    const { username, password } = vcsim
    const port = createVsphereVcenter({ url: proxy.url, username, password, lateCallSeconds: 0 })
    const order = await anOrder()
    proxy.loseNextAnswerOf('CloneVM_Task')
    await expect(port.cloneVm(order, someProgress())).rejects.toMatchObject({ code: 'vcenterUnavailable' })
    const { moid } = await port.cloneVm(order, someProgress())
    expect(await vmsOf(order)).toEqual([vmRef(moid)])
    await port.close()
    await proxy.stop()
  })

  test('goes on with the vCenter task that an earlier attempt heartbeated', async () => {
    const order = await anOrder()
    const reported: (string | undefined)[] = []
    const abort = new AbortController()
    const interrupted = {
      ...someProgress(abort.signal),
      report({ taskMoid }: { taskMoid?: string }) {
        reported.push(taskMoid)
        abort.abort(new Error('the worker shuts down'))
      },
    }
    await expect(vcenter.port.cloneVm(order, interrupted)).rejects.toThrow('the worker shuts down')
    const [taskMoid] = reported
    const clonesBefore = vcenter.calls.filter((method) => method === 'CloneVM_Task').length
    const { moid } = await vcenter.port.cloneVm(order, { ...someProgress(), lastTaskMoid: taskMoid })
    expect(await vmsOf(order)).toEqual([vmRef(moid)])
    expect(vcenter.calls.filter((method) => method === 'CloneVM_Task')).toHaveLength(clonesBefore)
  })

  test('does not mind a heartbeated vCenter task that vCenter has forgotten', async () => {
    const order = await anOrder()
    const progress: StepProgress = { ...someProgress(), lastTaskMoid: 'task-999999' }
    const { moid } = await vcenter.port.cloneVm(order, progress)
    expect(await vmsOf(order)).toEqual([vmRef(moid)])
  })

  test.each([
    ['follows the vCenter task of a cancelled request to its end', true, 1],
    ['leaves the vCenter task running when only the attempt ends', false, 0],
  ])('%s', async (_what, requestCancelled, made) => {
    const order = await anOrder()
    const abort = new AbortController()
    const reason = new Error('leave')
    const clone = vcenter.port.cloneVm(order, {
      ...someProgress(abort.signal),
      cancelRequested: () => requestCancelled,
      report: () => abort.abort(reason),
    })
    await expect(clone).rejects.toBe(reason)
    expect(await vmsOf(order)).toHaveLength(made)
  })

  test('begins no more clones onto one datastore than it bears, and says what the others wait for', async () => {
    const calls: string[] = []
    const { url, username, password } = vcsim
    const onCall = (method: string) => void calls.push(method)
    const port = createVsphereVcenter({ url, username, password, cloneBounds: { slots: 8, perDatastore: 1 }, onCall })
    const abort = new AbortController()
    const [first, second, third] = [await anOrder(), await anOrder(), await anOrder()]
    const started = (method: string) => calls.filter((called) => called === method).length
    const cloning = port.cloneVm(first, someProgress())
    await until('the first clone to begin', async () => started('CloneVM_Task') === 1)
    const told: { queuedFor?: unknown }[] = []
    const report = (news: { queuedFor?: unknown }) => void ('queuedFor' in news && told.push(news))
    const waiting = port.cloneVm(second, { ...someProgress(), report })
    await until('the second to wait', async () => told.length > 0)
    const leaving = port.cloneVm(third, {
      ...someProgress(abort.signal),
      report: () => abort.abort(new Error('leave')),
    })
    await expect(leaving).rejects.toThrow('leave')
    await Promise.all([cloning, waiting])
    const queuedFor = { datastore: first.placement.datastoreName, limit: 1, before: 0 }
    // Told again whenever somebody leaves the queue.
    expect(told[0]).toEqual({ queuedFor })
    expect(told.at(-1)).toEqual({ queuedFor: undefined })
    expect(started('CloneVM_Task')).toBe(2)
    expect(await vmsOf(third)).toEqual([])
    await port.close()
  })

  test('holds a VM that somebody changed, since it is not what was approved', async () => {
    const order = await anOrder()
    const { moid } = await vcenter.port.cloneVm(order, someProgress())
    const { client, stream } = vcsim.access
    await runTask(client, stream, 'ReconfigVM_Task', vmRef(moid), { spec: { memoryMB: order.size.memoryMiB * 2 } })
    await expect(vcenter.port.cloneVm(order, someProgress())).rejects.toMatchObject({ code: 'specificationMismatch' })
  })

  test('refuses a placement that does not exist', async () => {
    const order = await anOrder()
    const fresh = createVsphereVcenter({ url: vcsim.url, username: vcsim.username, password: vcsim.password })
    const broken = { ...order, placement: { ...order.placement, datastoreMoid: 'datastore-9999' } }
    await expect(fresh.cloneVm(broken, someProgress())).rejects.toMatchObject({ code: 'placementMissing' })
    await fresh.close()
  })

  test('refuses orders of another installation, if it serves one only', async () => {
    const { url, username, password } = vcsim
    const port = createVsphereVcenter({ url, username, password, installationId: 'acme' })
    await expect(port.cloneVm(await anOrder(), someProgress())).rejects.toMatchObject({ code: 'notOurs' })
    await port.close()
  })

  test('a template that is gone, a VM in its place and a missing datastore are told apart', async () => {
    const placements = (changes: Partial<typeof vcsim.rules>) =>
      vcenter.port.findPlacements({ ...vcsim.rules, ...changes })
    await expect(placements({ templatePath: '/DC0/vm/none' })).rejects.toMatchObject({ code: 'templateMissing' })
    const order = await anOrder()
    await vcenter.port.cloneVm(order, someProgress())
    const vmPath = `${vcsim.rules.folderPath}/${order.vmName}`
    await expect(placements({ templatePath: vmPath })).rejects.toMatchObject({ code: 'templateMissing' })
    await expect(placements({ datastores: ['none'] })).rejects.toMatchObject({ code: 'placementMissing' })
    await expect(placements({ networks: ['none'] })).rejects.toMatchObject({ code: 'placementMissing' })
    await expect(placements({ folderPath: '/DC0/vm/none' })).rejects.toMatchObject({ code: 'placementMissing' })
  })

  test('a cluster stands for its root resource pool', async () => {
    const byPool = await vcenter.port.findPlacements(vcsim.rules)
    const byCluster = await vcenter.port.findPlacements({ ...vcsim.rules, resourcePoolPath: '/DC0/host/DC0_C0' })
    expect(byCluster).toEqual(byPool)
    expect(await readProperty(vcsim.access.client, moref('ResourcePool', byCluster.resourcePoolMoid), 'name')).toBe(
      'Resources',
    )
  })
})
