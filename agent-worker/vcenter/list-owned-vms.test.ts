import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { aCloneOrder } from '@berth/activities/vcenter/testing/a-clone-order.ts'
import { someProgress } from '@berth/activities/vcenter/testing/vcenter-contract.ts'
import { createManagedFolder } from '@berth/testing/vcsim.ts'
import { addressesOnCard } from './guest-address.ts'
import { findAllByInstanceUuid, findByInventoryPath } from './inventory.ts'
import { vmRef } from './managed-object.ts'
import { startVcsimBehindProxy, type VcsimBehindProxy } from './testing/vcsim-behind-proxy.ts'
import { usableBy } from './usable-address.ts'
import { runTask } from './vcenter-task.ts'

describe('listing the VMs of a large site', () => {
  let site: VcsimBehindProxy
  let { vcsim, byHand: vcenter, proxy, port } = {} as VcsimBehindProxy
  const datacenterFolder = '/DC0/vm'

  beforeAll(async () => {
    site = await startVcsimBehindProxy({ vms: 1_150 })
    ;({ vcsim, byHand: vcenter, proxy, port } = site)
  })
  afterAll(() => site.stop())

  const aVm = async () => {
    const order = aCloneOrder(await vcenter.port.findPlacements(vcsim.rules))
    await vcenter.port.cloneVm(order, someProgress())
    return order
  }

  /** By an agent that has done nothing but list. */
  const list = async (folderPaths: string[], expected?: string[]) => {
    const before = proxy.arrived.length
    const listed = await port.listOwnedVms('berth-test', folderPaths, expected)
    const calls = proxy.arrived.slice(before).filter((method) => !['RetrieveServiceContent', 'Login'].includes(method))
    const of = (uuid: string) => listed.vms.find(({ instanceUuid }) => instanceUuid === uuid)
    return { ...listed, calls, of }
  }

  const folder = async (path: string) => (await findByInventoryPath(vcsim.access.client, path)) ?? vmRef('none')

  test('takes a page for a thousand, and answers ours only', async () => {
    const { requestId } = await aVm()
    const { vms, calls, of } = await list([datacenterFolder])
    expect(of(requestId)).toMatchObject({ inFolder: true })
    expect(vms.every(({ markerInstallationId }) => markerInstallationId === 'berth-test')).toBe(true)
    expect(calls).toEqual(['FindByInventoryPath', 'RetrievePropertiesEx', 'ContinueRetrievePropertiesEx'])
    expect((await list([datacenterFolder])).calls).toEqual(['RetrievePropertiesEx', 'ContinueRetrievePropertiesEx'])
  })

  test('costs the managed folders’ own pages, however many VMs others have', async () => {
    const { requestId } = await aVm()
    await createManagedFolder(vcsim.access, vcsim.rules.folderPath, 'web')
    const folders = [vcsim.rules.folderPath, `${vcsim.rules.folderPath}/web`]
    await list(folders)
    const { calls, of } = await list(folders, [requestId])
    expect(of(requestId)).toBeDefined()
    expect(calls).toEqual(['RetrievePropertiesEx'])
  })

  test('looks up what is missed once, and then knows where it is, or that it is nowhere', async () => {
    const { requestId } = await aVm()
    await vcenter.moveOut(requestId)
    const missed = [requestId, crypto.randomUUID()]
    await list([vcsim.rules.folderPath])
    const first = await list([vcsim.rules.folderPath], missed)
    expect(first.of(requestId)?.inFolder).toBe(false)
    expect(first.calls.filter((method) => method === 'FindAllByUuid')).toHaveLength(2)
    const again = await list([vcsim.rules.folderPath], missed)
    expect(again.of(requestId)?.inFolder).toBe(false)
    expect(again.calls).toEqual(['RetrievePropertiesEx'])
  })

  test('needs no look-up for a VM that it has listed and that was moved, or given another uuid, since', async () => {
    const [moved, changed] = [await aVm(), await aVm()]
    await list([vcsim.rules.folderPath])
    await vcenter.moveOut(moved.requestId)
    const uuid = crypto.randomUUID()
    await vcenter.reassignUuid(changed.requestId, uuid)
    const { calls, of } = await list([vcsim.rules.folderPath], [moved.requestId, changed.requestId])
    expect(of(moved.requestId)?.inFolder).toBe(false)
    expect(of(uuid)?.markerRequestId).toBe(changed.requestId)
    expect(calls).toEqual(['RetrievePropertiesEx'])
  })

  test('looks up many that are missed in one listing of all that vCenter has', async () => {
    const { requestId } = await aVm()
    await vcenter.moveOut(requestId)
    const missed = [requestId, ...Array.from({ length: 100 }, () => crypto.randomUUID())]
    const { calls, of } = await list([vcsim.rules.folderPath], missed)
    expect(of(requestId)?.inFolder).toBe(false)
    expect(calls).toEqual(['RetrievePropertiesEx', 'RetrievePropertiesEx', 'ContinueRetrievePropertiesEx'])
    expect((await list([vcsim.rules.folderPath], missed)).calls).toEqual(['RetrievePropertiesEx'])
  })

  test('a managed folder that is not there counts as empty, is said, and hides no other', async () => {
    const { requestId } = await aVm()
    const away = await list([`${datacenterFolder}/never-made`, vcsim.rules.folderPath])
    expect(away.missingFolders).toEqual([`${datacenterFolder}/never-made`])
    expect(away.of(requestId)).toBeDefined()
  })

  test('a managed folder that was renamed is missed though it was known, and its VMs are found elsewhere', async () => {
    const { requestId } = await aVm()
    const { client, stream } = vcsim.access
    const known = await list([vcsim.rules.folderPath])
    expect(known.missingFolders).toEqual([])
    const renamed = await folder(vcsim.rules.folderPath)
    await runTask(client, stream, 'Rename_Task', renamed, { newName: 'another' })
    const missed = await list([vcsim.rules.folderPath], [requestId])
    expect(missed.missingFolders).toEqual([vcsim.rules.folderPath])
    expect(missed.of(requestId)?.inFolder).toBe(false)
    await runTask(client, stream, 'Rename_Task', renamed, { newName: 'berth' })
    const back = await list([vcsim.rules.folderPath], [requestId])
    expect(back.missingFolders).toEqual([])
    expect(back.of(requestId)?.inFolder).toBe(true)
  })

  test('a VM that the account may not read is named, and hides no other', async () => {
    const hidden = await aVm()
    const { requestId } = await aVm()
    const [vm = vmRef('none')] = await findAllByInstanceUuid(vcsim.access.client, hidden.requestId)
    const denied =
      '<missingSet><path>config.instanceUuid</path><fault><fault xsi:type="NoPermission">' +
      '<privilegeId>System.Read</privilegeId></fault></fault></missingSet>'
    proxy.changeNext('RetrievePropertiesEx', {
      answer: (text) =>
        text.replace(
          new RegExp(`(<objects>.{0,80}>${vm.value}</obj>)(.*?)</objects>`, 's'),
          `$1<propSet><name>name</name><val>${hidden.vmName}</val></propSet>${denied}</objects>`,
        ),
    })
    const { unreadable, of } = await list([vcsim.rules.folderPath])
    expect(unreadable).toEqual([{ moid: vm.value, name: hidden.vmName, lacking: 'System.Read' }])
    expect(of(hidden.requestId)).toBeUndefined()
    expect(of(requestId)).toBeDefined()
  })

  test('a VM whose configuration vCenter has lost sight of is named, and one that is being cloned is not', async () => {
    const [away, cloning] = [await aVm(), await aVm()]
    const withoutConfiguration = (text: string, vmName: string, state: string) =>
      text.replace(new RegExp(`<objects>(?:(?!</objects>).)*<val[^>]*>${vmName}</val>.*?</objects>`, 's'), (object) =>
        object
          .replace(/<propSet><name>config\..*?<\/propSet>/gs, '')
          .replace(/(<name>runtime\.connectionState<\/name><val[^>]*>)[^<]*/, `$1${state}`),
      )
    const change = (text: string) =>
      withoutConfiguration(withoutConfiguration(text, away.vmName, 'inaccessible'), cloning.vmName, 'connected')
    for (const method of ['RetrievePropertiesEx', 'ContinueRetrievePropertiesEx'] as const)
      proxy.changeNext(method, { answer: change })
    const { unreadable } = await list([vcsim.rules.folderPath])
    expect(unreadable).toEqual([{ moid: expect.stringMatching(/^vm-/), name: away.vmName, state: 'inaccessible' }])
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
