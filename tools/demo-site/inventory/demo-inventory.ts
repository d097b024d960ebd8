import { findByInventoryPath, findChild } from '@berth/agent-worker/vcenter/inventory.ts'
import type { ManagedObjectReference } from '@berth/agent-worker/vcenter/managed-object.ts'
import { readPropertiesBelow, readProperty } from '@berth/agent-worker/vcenter/read-properties.ts'
import type { SoapClient } from '@berth/agent-worker/vcenter/soap-client.ts'
import { demoNetworks } from './demo-networks.ts'
import type { DemoNetwork } from './demo-networks.ts'
import { runTask } from './vcenter-task.ts'

/** The inventory that the demo's catalog speaks of. */
export interface DemoInventory {
  managedFolder: ManagedObjectReference
  resourcePool: ManagedObjectReference
  templates: DemoTemplate[]
  datastores: { name: string; ref: ManagedObjectReference }[]
  networks: DemoNetwork[]
  /**
   * Tells one life of the simulator from the next: the folder on this machine that it made for its files at its start.
   * Its `about.instanceUuid`, meant for that, is the same in every life.
   */
  lifeWitness: { ref: ManagedObjectReference; path: 'summary.url' }
}

interface DemoTemplate {
  guestId: string
  ref: ManagedObjectReference
}

export const templates = [
  { name: 'ubuntu-24-04', guestId: 'ubuntu64Guest' },
  { name: 'debian-13', guestId: 'debian13_64Guest' },
  { name: 'windows-2022', guestId: 'windows2022srvNext_64Guest' },
]

/** Makes what is missing of the demo's folders and templates out of the simulator's own inventory. */
export async function prepareInventory(client: SoapClient): Promise<DemoInventory> {
  const root = await existing(client, '/DC0/vm')
  const managedFolder = await ensureFolder(client, root, 'berth')
  const templateFolder = await ensureFolder(client, root, 'templates')
  const first = await datastore(client, 'LocalDS_0')
  return {
    managedFolder,
    lifeWitness: { ref: first.ref, path: 'summary.url' },
    resourcePool: await existing(client, '/DC0/host/DC0_C0/Resources'),
    templates: await ensureTemplates(client, templateFolder),
    datastores: [first, await datastore(client, 'LocalDS_1')],
    networks: await demoNetworks(client, await existing(client, '/DC0/network')),
  }
}

/** The folder of this name, made if need be. */
export async function ensureFolder(
  client: SoapClient,
  parent: ManagedObjectReference,
  name: string,
): Promise<ManagedObjectReference> {
  return (await findChild(client, parent.value, name)) ?? (await client.call('CreateFolder', parent, { name }))
}

/** Side by side: a simulator that is told to take long for a clone takes that long once. */
const ensureTemplates = (client: SoapClient, folder: ManagedObjectReference): Promise<DemoTemplate[]> =>
  Promise.all(
    templates.map(async ({ name, guestId }) => {
      const ref = (await findChild(client, folder.value, name)) ?? (await cloneOfAnyVm(client, folder, name))
      if ((await readProperty(client, ref, 'config.template')) !== true) {
        await runTask(client, 'ReconfigVM_Task', ref, { spec: { guestId } })
        await client.call('MarkAsTemplate', ref)
      }
      return { guestId, ref }
    }),
  )

async function cloneOfAnyVm(
  client: SoapClient,
  folder: ManagedObjectReference,
  name: string,
): Promise<ManagedObjectReference> {
  const vms = await readPropertiesBelow(client, [await existing(client, '/DC0/vm')], { VirtualMachine: ['name'] })
  const own = [...vms].find(([, properties]) => String(properties['name']).startsWith('DC0_C0'))
  if (own === undefined)
    throw new Error('The simulator has no virtual machine to make templates of: start it with -vm 1.')
  const source = { type: 'VirtualMachine', value: own[0].slice('VirtualMachine:'.length) }
  const spec = { location: {}, template: false, powerOn: false }
  return runTask<ManagedObjectReference>(client, 'CloneVM_Task', source, { folder, name, spec })
}

async function datastore(client: SoapClient, name: string) {
  return { name, ref: await existing(client, `/DC0/datastore/${name}`) }
}

async function existing(client: SoapClient, path: string): Promise<ManagedObjectReference> {
  const found = await findByInventoryPath(client, path)
  if (found === undefined)
    throw new Error(
      `The simulator has no ${path}: start it with -dc 1 -cluster 1 -host 3 -standalone-host 0 -ds 2 -vm 1.`,
    )
  return found
}
