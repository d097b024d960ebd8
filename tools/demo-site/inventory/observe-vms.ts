import { moref, morefKey } from '@berth/agent-worker/vcenter/managed-object.ts'
import type { ManagedObjectReference } from '@berth/agent-worker/vcenter/managed-object.ts'
import { readProperties, readPropertiesBelow } from '@berth/agent-worker/vcenter/read-properties.ts'
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
const glance = ['name', 'parent', 'config.changeVersion', 'config.template', 'runtime.powerState', 'network']
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
 * Returns a function that reads all virtual machines below the managed folder: one call while nothing has changed, and one
 * for the details of what has.
 */
export function vmObserver(client: SoapClient, inventory: DemoInventory): () => Promise<Observation> {
  const { lifeWitness, managedFolder } = inventory
  const glances = { VirtualMachine: glance, Folder: ['name', 'parent'], Datastore: [lifeWitness.path] }
  const lifeIn = (read: Map<string, Properties>) => String(read.get(morefKey(lifeWitness.ref))?.[lifeWitness.path])
  let known = new Map<string, Known>()
  return async () => {
    const seen = await readPropertiesBelow(client, [managedFolder], glances, { others: [lifeWitness.ref] })
    const vms = [...seen.keys()].filter((key) => key.startsWith('VirtualMachine:'))
    const isStale = (key: string) => {
      const before = known.get(key)
      return before === undefined || before.glance !== JSON.stringify(seen.get(key)) || before.isFresh
    }
    const stale = vms.filter(isStale).map((key) => ({ obj: vmOf(key), paths: details }))
    // The life last: what was read before it was read in it.
    const witness = { obj: lifeWitness.ref, paths: [lifeWitness.path] }
    const read = stale.length === 0 ? new Map<string, Properties>() : await readProperties(client, [...stale, witness])

    const next = new Map<string, Known>()
    for (const key of vms) {
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
      vms: vms.flatMap((key) => {
        const vm = { ref: vmOf(key), folders: foldersAbove(key, seen, managedFolder) }
        return observed(vm, seen.get(key), known.get(key), inventory)
      }),
      simulatorLife: lifeIn(stale.length === 0 ? seen : read),
    }
  }
}

const vmOf = (key: string): ManagedObjectReference => moref('VirtualMachine', key.slice('VirtualMachine:'.length))

/** Their names, from below the managed folder down to the one that the VM lies in. */
function foldersAbove(
  key: string,
  seen: ReadonlyMap<string, Properties>,
  managedFolder: ManagedObjectReference,
): string[] {
  const parent = seen.get(key)?.['parent'] as ManagedObjectReference | undefined
  if (parent === undefined || parent.value === managedFolder.value) return []
  const folder = morefKey(parent)
  return [...foldersAbove(folder, seen, managedFolder), String(seen.get(folder)?.['name'])]
}

interface PlacedVm {
  ref: ManagedObjectReference
  folders: string[]
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
