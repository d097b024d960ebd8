import { morefKey } from '@berth/agent-worker/vcenter/managed-object.ts'
import type { ManagedObjectReference } from '@berth/agent-worker/vcenter/managed-object.ts'
import { readProperties } from '@berth/agent-worker/vcenter/read-properties.ts'
import type { Properties } from '@berth/agent-worker/vcenter/read-properties.ts'
import type { SoapClient } from '@berth/agent-worker/vcenter/soap-client.ts'
import type { StoredVm } from '../stored-vm.ts'
import type { DemoInventory } from './demo-inventory.ts'
import { networkNameOf } from './demo-networks.ts'

/** A virtual machine as the simulator has it now; what the keeper adds is not in it. */
export interface ObservedVm extends Omit<StoredVm, 'id' | 'guest'> {
  ref: ManagedObjectReference
}

/** The version is not enough: a clone gets its network card after it, and that shows in `network`. */
const glance = ['name', 'config.changeVersion', 'config.template', 'runtime.powerState', 'network']
const details = [
  'config.instanceUuid',
  'config.uuid',
  'config.guestId',
  'config.annotation',
  'config.extraConfig',
  'config.files.vmPathName',
  'config.hardware.numCPU',
  'config.hardware.memoryMB',
  'config.hardware.device',
]
interface Known {
  glance: string
  details: Properties
  /** Read again in the next round: the change may have been half done. */
  isFresh: boolean
}

/** What was seen, and in which life of the simulator: one that was replaced in the middle politely has no VMs. */
export interface Observation {
  vms: ObservedVm[]
  simulatorLife: string
}

/**
 * Returns a function that reads all virtual machines below the managed folder. It only glances at those that have not
 * changed. Without a view: the simulator can lock up when views and long polls meet.
 */
export function vmObserver(client: SoapClient, inventory: DemoInventory): () => Promise<Observation> {
  const { lifeWitness } = inventory
  let known = new Map<string, Known>()
  return async () => {
    const placed = await placedVms(client, inventory.managedFolder, [])
    const seen = await readProperties(
      client,
      placed.map(({ ref: obj }) => ({ obj, paths: glance })),
    )
    const isStale = (key: string) => {
      const before = known.get(key)
      return before === undefined || before.glance !== JSON.stringify(seen.get(key)) || before.isFresh
    }
    const stale = placed.filter(({ ref }) => seen.has(morefKey(ref)) && isStale(morefKey(ref)))
    // The life last: what was read before it was read in it.
    const read = await readProperties(client, [
      ...stale.map(({ ref: obj }) => ({ obj, paths: details })),
      { obj: lifeWitness.ref, paths: [lifeWitness.path] },
    ])

    const next = new Map<string, Known>()
    for (const key of seen.keys()) {
      const fresh = read.get(key)
      const before = known.get(key)
      const text = JSON.stringify(seen.get(key))
      if (fresh === undefined) {
        if (before !== undefined) next.set(key, before)
      } else {
        next.set(key, { glance: text, details: fresh, isFresh: before?.glance !== text })
      }
    }
    known = next
    return {
      vms: placed.flatMap((vm) => observed(vm, seen.get(morefKey(vm.ref)), known.get(morefKey(vm.ref)), inventory)),
      simulatorLife: String(read.get(morefKey(lifeWitness.ref))?.[lifeWitness.path]),
    }
  }
}

interface PlacedVm {
  ref: ManagedObjectReference
  folders: string[]
}

async function placedVms(client: SoapClient, folder: ManagedObjectReference, folders: string[]): Promise<PlacedVm[]> {
  const read = await readProperties(client, [{ obj: folder, paths: ['childEntity'] }])
  const members = (read.get(morefKey(folder))?.['childEntity'] ?? []) as ManagedObjectReference[]
  const vms = members.filter(({ type }) => type === 'VirtualMachine').map((ref) => ({ ref, folders }))
  const subfolders = members.filter(({ type }) => type === 'Folder')
  const names = await readProperties(
    client,
    subfolders.map((obj) => ({ obj, paths: ['name'] })),
  )
  for (const subfolder of subfolders) {
    const name = String(names.get(morefKey(subfolder))?.['name'])
    vms.push(...(await placedVms(client, subfolder, [...folders, name])))
  }
  return vms
}

function observed(
  { ref, folders }: PlacedVm,
  seen: Properties | undefined,
  known: Known | undefined,
  inventory: DemoInventory,
): ObservedVm[] {
  if (seen === undefined || known === undefined || seen['config.template'] === true) return []
  const { details: read } = known
  const devices = (read['config.hardware.device'] ?? []) as Record<string, unknown>[]
  const vm: ObservedVm = {
    ref,
    name: String(seen['name']),
    folders,
    instanceUuid: String(read['config.instanceUuid']),
    biosUuid: String(read['config.uuid']),
    guestId: String(read['config.guestId']),
    annotation: String(read['config.annotation'] ?? ''),
    extraConfig: extraConfigOf(read['config.extraConfig']),
    vCpu: Number(read['config.hardware.numCPU']),
    memoryMiB: Number(read['config.hardware.memoryMB']),
    diskKiB: devices.filter(isDisk).map((disk) => Number(disk['capacityInKB'])),
    networkCards: devices.filter(isNetworkCard).map((card) => ({
      network: networkNameOf(card['backing'], inventory.networks),
      macAddress: String(card['macAddress']),
    })),
    datastore: /^\[(.*?)\]/.exec(String(read['config.files.vmPathName']))?.[1] ?? '',
    poweredOn: seen['runtime.powerState'] === 'poweredOn',
  }
  return [vm]
}

export const isDisk = (device: Record<string, unknown>): boolean => device['_typeName'] === 'VirtualDisk'

export const isNetworkCard = (device: Record<string, unknown>): boolean => device['macAddress'] !== undefined

function extraConfigOf(options: unknown): Record<string, string> {
  const entries = (options ?? []) as { key: string; value: unknown }[]
  return Object.fromEntries(
    entries.filter(({ value }) => typeof value === 'string').map(({ key, value }) => [key, value as string]),
  )
}
