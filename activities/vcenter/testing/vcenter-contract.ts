import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { FailureCode } from '@berth/domain/failures.ts'
import type { PlacementRules } from '@berth/domain/placement.ts'
import type { CloneOrder, OwnedVm, StepProgress, VcenterPort, VmIdentity } from '../vcenter-port.ts'
import { aCloneOrder } from './a-clone-order.ts'

/** A vCenter and the hands of those who are not Berth: guests and administrators. */
export interface VcenterUnderTest {
  port: VcenterPort
  /** The same vCenter for an agent that has just started: it remembers nothing. */
  restarted(): VcenterPort
  rules: PlacementRules
  /** What a running guest reports. */
  reportAddress(requestId: string, address: string): Promise<void>
  /** Answers its moid. */
  addForeignVm(vm: { name: string; instanceUuid: string }): Promise<string>
  addCopyOf(requestId: string, name: string): Promise<void>
  removeVm(requestId: string): Promise<void>
  /** As if somebody gave the VM another instanceUuid. */
  reassignUuid(requestId: string, instanceUuid: string): Promise<void>
  /** As if somebody moved the VM out of the managed folder. */
  moveOut(requestId: string): Promise<void>
  removeMarker(requestId: string): Promise<void>
  stop(): Promise<void>
}

export const someProgress = (signal: AbortSignal = new AbortController().signal): StepProgress => ({
  lastTaskMoid: undefined,
  mayHaveWritten: false,
  signal,
  cancelRequested: () => false,
  report: () => undefined,
  permitToWrite: async () => ({ isFresh: () => true }),
})

const addressRules = { allow: [], ignore: [], settleSeconds: 0, timeoutSeconds: 60 }

/** What every vCenter port promises, the one in memory and the one over SOAP. */
export function vcenterContract(name: string, start: () => Promise<VcenterUnderTest>): void {
  describe(`${name} keeps the vCenter port's promises`, () => {
    let vcenter: VcenterUnderTest
    let port: VcenterPort

    beforeAll(async () => {
      vcenter = await start()
      port = vcenter.port
    })
    afterAll(() => vcenter.stop())

    const anOrder = async (changes: Partial<CloneOrder> = {}): Promise<CloneOrder> =>
      aCloneOrder(await port.findPlacements(vcenter.rules), changes)

    const aBuiltVm = async (): Promise<CloneOrder> => {
      const order = await anOrder()
      await port.cloneVm(order, someProgress())
      return order
    }

    const aRunningVm = async (): Promise<CloneOrder> => {
      const order = await aBuiltVm()
      await port.powerOnVm(order, someProgress())
      return order
    }

    const listed = async ({ installationId, requestId }: VmIdentity): Promise<OwnedVm[]> => {
      const { vms } = await port.listOwnedVms(installationId, [vcenter.rules.folderPath])
      return vms.filter((vm) => vm.instanceUuid === requestId)
    }

    const failsWith = (work: Promise<unknown>, code: FailureCode) =>
      expect(work).rejects.toMatchObject({ name: 'VcenterFault', code })

    test('placements name every object of the rules and the space of each datastore', async () => {
      const findings = await port.findPlacements(vcenter.rules)
      expect(findings.templateMoid).toMatch(/^vm-/)
      expect(findings.templateDiskGiB).toBeGreaterThan(0)
      expect(findings.networkName).toBe(vcenter.rules.networks[0])
      expect(findings.datastores.map((datastore) => datastore.name).sort()).toEqual(
        [...vcenter.rules.datastores].sort(),
      )
      for (const { capacityGiB, freeGiB } of findings.datastores) expect(capacityGiB).toBeGreaterThanOrEqual(freeGiB)
    })

    test('a clone is there once, off, under its name and with its marker', async () => {
      const order = await anOrder()
      const { moid } = await port.cloneVm(order, someProgress())
      expect(await listed(order)).toEqual([
        {
          moid,
          name: order.vmName,
          instanceUuid: order.requestId,
          markerInstallationId: order.installationId,
          markerRequestId: order.requestId,
          poweredOn: false,
          inFolder: true,
          folderMoid: order.placement.folderMoid,
        },
      ])
    })

    test('cloning again adopts the VM that is there', async () => {
      const order = await aBuiltVm()
      const [vm] = await listed(order)
      expect(await port.cloneVm(order, someProgress())).toEqual({ moid: vm?.moid })
      expect(await listed(order)).toHaveLength(1)
    })

    test('two clones of one order at the same time make one VM', async () => {
      const order = await anOrder()
      const [one, twin] = await Promise.all([port.cloneVm(order, someProgress()), port.cloneVm(order, someProgress())])
      expect(twin).toEqual(one)
      expect(await listed(order)).toHaveLength(1)
    })

    test('a name that somebody else’s VM has is refused', async () => {
      const order = await anOrder()
      await vcenter.addForeignVm({ name: order.vmName, instanceUuid: crypto.randomUUID() })
      await failsWith(port.cloneVm(order, someProgress()), 'nameTaken')
    })

    test('a VM with the request’s uuid but without the marker is touched by nothing', async () => {
      const order = await anOrder()
      await vcenter.addForeignVm({ name: `foreign-${order.vmName}`, instanceUuid: order.requestId })
      await failsWith(port.cloneVm(order, someProgress()), 'notOurs')
      await failsWith(port.powerOnVm(order, someProgress()), 'notOurs')
      await failsWith(port.powerOffVm(order, 0, someProgress()), 'notOurs')
      await failsWith(port.destroyVm(order, someProgress()), 'notOurs')
    })

    test('a second VM under the request’s uuid holds every step that would touch either', async () => {
      const order = await aBuiltVm()
      const running = await aRunningVm()
      for (const { vmName, requestId } of [order, running])
        await vcenter.addForeignVm({ name: `twin-of-${vmName}`, instanceUuid: requestId })
      await failsWith(port.cloneVm(order, someProgress()), 'notOurs')
      await failsWith(port.powerOnVm(order, someProgress()), 'notOurs')
      await failsWith(port.powerOffVm(running, 0, someProgress()), 'notOurs')
      await failsWith(port.destroyVm(running, someProgress()), 'notOurs')
      expect((await listed(order)).map(({ poweredOn }) => poweredOn)).toEqual([false])
      expect((await listed(running)).map(({ poweredOn }) => poweredOn)).toEqual([true])
    })

    test('a VM of another installation is touched by nothing and not listed', async () => {
      const order = await aBuiltVm()
      const other = { ...order, installationId: 'another-installation' }
      await failsWith(port.destroyVm(other, someProgress()), 'notOurs')
      expect(await listed(other)).toEqual([])
      expect(await listed(order)).toHaveLength(1)
    })

    test('a copy that somebody made is listed as one, and outlives the original', async () => {
      const order = await aBuiltVm()
      await vcenter.addCopyOf(order.requestId, `copy-of-${order.vmName}`)
      await port.destroyVm(order, someProgress())
      const { vms } = await port.listOwnedVms(order.installationId, [vcenter.rules.folderPath])
      const ofRequest = vms.filter((vm) => vm.markerRequestId === order.requestId)
      expect(ofRequest.map((vm) => vm.name)).toEqual([`copy-of-${order.vmName}`])
      expect(ofRequest[0]?.instanceUuid).not.toBe(order.requestId)
    })

    const listedAs = async ({ installationId, requestId }: VmIdentity, expected: string[] = [requestId]) => {
      const { vms } = await port.listOwnedVms(installationId, [vcenter.rules.folderPath], expected)
      return vms.filter((vm) => [vm.instanceUuid, vm.markerRequestId].includes(requestId))
    }

    test('a VM that somebody moved out of the folder is found by its uuid, and where it is now', async () => {
      const order = await aBuiltVm()
      await vcenter.moveOut(order.requestId)
      expect(await listedAs(order, [])).toEqual([])
      const [moved, ...others] = await listedAs(order)
      expect(others).toEqual([])
      expect(moved).toMatchObject({ instanceUuid: order.requestId, markerRequestId: order.requestId, inFolder: false })
      expect(moved?.folderMoid).not.toBe(order.placement.folderMoid)
    })

    test('a VM whose marker somebody removed is told from one that vanished', async () => {
      const order = await aBuiltVm()
      await vcenter.removeMarker(order.requestId)
      const [vm] = await listedAs(order)
      expect(vm).toMatchObject({ instanceUuid: order.requestId, markerRequestId: '', inFolder: true })
      expect(vm?.markerInstallationId).toBeUndefined()
      await vcenter.removeVm(order.requestId)
      expect(await listedAs(order)).toEqual([])
    })

    test('a VM whose uuid somebody changed shows by its marker', async () => {
      const order = await aBuiltVm()
      const changed = crypto.randomUUID()
      await vcenter.reassignUuid(order.requestId, changed)
      expect(await listedAs(order)).toMatchObject([{ instanceUuid: changed, markerRequestId: order.requestId }])
    })

    test('powering on twice is powering on once', async () => {
      const order = await aRunningVm()
      await port.powerOnVm(order, someProgress())
      expect((await listed(order))[0]?.poweredOn).toBe(true)
    })

    test('a VM that vanished cannot be powered on', async () => {
      const order = await aBuiltVm()
      await vcenter.removeVm(order.requestId)
      await failsWith(port.powerOnVm(order, someProgress()), 'vmVanished')
    })

    test('the address that the guest reports is found, whenever it reports it', async () => {
      const order = await aRunningVm()
      const found = port.waitForAddress(order, addressRules, someProgress())
      await vcenter.reportAddress(order.requestId, '10.11.12.13')
      expect(await found).toBe('10.11.12.13')
      expect(await port.waitForAddress(order, addressRules, someProgress())).toBe('10.11.12.13')
      expect((await listed(order))[0]).toMatchObject({ address: '10.11.12.13', addresses: ['10.11.12.13'] })
    })

    test('a guest that reports nothing is given up after the time allowed', async () => {
      const order = await aRunningVm()
      const rules = { ...addressRules, timeoutSeconds: 1 }
      await failsWith(port.waitForAddress(order, rules, someProgress()), 'addressTimeout')
    })

    test('a wait that is aborted ends with the reason', async () => {
      const order = await aRunningVm()
      const abort = new AbortController()
      const wait = port.waitForAddress(order, addressRules, someProgress(abort.signal))
      const reason = new Error('the worker shuts down')
      abort.abort(reason)
      await expect(wait).rejects.toBe(reason)
    })

    test('powering off twice is powering off once', async () => {
      const order = await aRunningVm()
      await port.powerOffVm(order, 1, someProgress())
      expect((await listed(order))[0]?.poweredOn).toBe(false)
      expect(await port.powerOffVm(order, 1, someProgress())).toEqual({ found: true })
    })

    test('powering off a VM that vanished is done, and says that there is none', async () => {
      const order = await aBuiltVm()
      await vcenter.removeVm(order.requestId)
      expect(await port.powerOffVm(order, 0, someProgress())).toEqual({ found: false })
    })

    test('a VM whose uuid somebody changed does not count as gone', async () => {
      const order = await aBuiltVm()
      await vcenter.reassignUuid(order.requestId, crypto.randomUUID())
      await failsWith(port.destroyVm(order, someProgress()), 'notOurs')
      await failsWith(port.destroyVm(order, someProgress()), 'notOurs')
    })

    /** For a restarted agent that is told where the VM was cloned, and no name to look for. */
    const knownByMoid = async () => {
      const { installationId, requestId, vmName, ...rest } = await aRunningVm()
      const [vm] = await listed({ installationId, requestId })
      return { installationId, requestId, vmName, grant: rest.grant, moid: vm?.moid ?? '' }
    }

    test('a VM whose uuid somebody changed is neither off nor gone for an agent that knows its moid only', async () => {
      const order = await knownByMoid()
      const agent = vcenter.restarted()
      await vcenter.reassignUuid(order.requestId, crypto.randomUUID())
      await failsWith(agent.powerOnVm(order, someProgress()), 'notOurs')
      await failsWith(agent.powerOffVm(order, 0, someProgress()), 'notOurs')
      await failsWith(agent.destroyVm(order, someProgress()), 'notOurs')
    })

    test('nor is one that lost its marker as well', async () => {
      const order = await knownByMoid()
      const agent = vcenter.restarted()
      await vcenter.removeMarker(order.requestId)
      await vcenter.reassignUuid(order.requestId, crypto.randomUUID())
      await failsWith(agent.powerOffVm(order, 0, someProgress()), 'notOurs')
      await failsWith(agent.destroyVm(order, someProgress()), 'notOurs')
    })

    test('a VM whose uuid somebody changed is not off for an agent that knows its name only', async () => {
      const order = await aRunningVm()
      await vcenter.reassignUuid(order.requestId, crypto.randomUUID())
      await failsWith(vcenter.restarted().powerOffVm(order, 0, someProgress()), 'notOurs')
    })

    test('a VM that is gone is gone for an agent that knows its moid only', async () => {
      const order = await knownByMoid()
      await port.destroyVm(order, someProgress())
      const agent = vcenter.restarted()
      expect(await agent.powerOffVm(order, 0, someProgress())).toEqual({ found: false })
      await agent.destroyVm(order, someProgress())
    })

    test('a moid that vCenter gave to another request’s VM is none of ours, and that VM is left alone', async () => {
      const [order, other] = [await knownByMoid(), await knownByMoid()]
      await port.destroyVm(order, someProgress())
      const agent = vcenter.restarted()
      const misled = { ...order, moid: other.moid }
      await failsWith(agent.powerOnVm(misled, someProgress()), 'vmVanished')
      expect(await agent.powerOffVm(misled, 0, someProgress())).toEqual({ found: false })
      await agent.destroyVm(misled, someProgress())
      expect((await listed(other))[0]?.poweredOn).toBe(true)
    })

    test('so is one that it gave to a stranger’s VM, unless that has our name: then nobody can tell', async () => {
      const order = await knownByMoid()
      await port.destroyVm(order, someProgress())
      const a = await vcenter.addForeignVm({ name: `not-${order.vmName}`, instanceUuid: crypto.randomUUID() })
      const b = await vcenter.addForeignVm({ name: order.vmName, instanceUuid: crypto.randomUUID() })
      const agent = vcenter.restarted()
      expect(await agent.powerOffVm({ ...order, moid: a }, 0, someProgress())).toEqual({ found: false })
      await agent.destroyVm({ ...order, moid: a }, someProgress())
      await failsWith(agent.powerOffVm({ ...order, moid: b }, 0, someProgress()), 'notOurs')
      await failsWith(agent.destroyVm({ ...order, moid: b }, someProgress()), 'notOurs')
    })

    test('somebody else’s VM of the same name does not keep ours from being gone', async () => {
      const order = await anOrder()
      await vcenter.addForeignVm({ name: order.vmName, instanceUuid: crypto.randomUUID() })
      await port.destroyVm(order, someProgress())
    })

    test('a request that was never placed has nothing to destroy', async () => {
      const { installationId, requestId, vmName } = await anOrder()
      await port.destroyVm({ installationId, requestId, vmName }, someProgress())
    })

    test('a running VM is destroyed, and destroying it again is no failure', async () => {
      const order = await aRunningVm()
      await port.destroyVm(order, someProgress())
      expect(await listed(order)).toEqual([])
      await port.destroyVm(order, someProgress())
    })

    test('two destructions of one VM at the same time both succeed', async () => {
      const order = await aBuiltVm()
      await Promise.all([port.destroyVm(order, someProgress()), port.destroyVm(order, someProgress())])
      expect(await listed(order)).toEqual([])
    })
  })
}
