import { findChild } from '@berth/agent-worker/vcenter/inventory.ts'
import type { ManagedObjectReference } from '@berth/agent-worker/vcenter/managed-object.ts'
import { readProperty } from '@berth/agent-worker/vcenter/read-properties.ts'
import type { SoapClient } from '@berth/agent-worker/vcenter/soap-client.ts'
import type { StoredVm } from '../stored-vm.ts'
import { ensureFolder } from './demo-inventory.ts'
import type { DemoInventory } from './demo-inventory.ts'
import { backingFor } from './demo-networks.ts'
import { isDisk, isNetworkCard } from './observe-vms.ts'
import { runTask } from './vcenter-task.ts'

type Device = Record<string, unknown>

/** Makes the virtual machine again as it was. Each step looks first, so that a restore that broke off can be repeated. */
export async function restoreVm(
  client: SoapClient,
  inventory: DemoInventory,
  vm: StoredVm,
): Promise<ManagedObjectReference> {
  let folder = inventory.managedFolder
  for (const name of vm.folders) folder = await ensureFolder(client, folder, name)

  const ref = (await findChild(client, folder.value, vm.name)) ?? (await cloneAgain(client, inventory, vm, folder))
  await growDisks(client, vm, ref)
  if (vm.annotation !== '') {
    await runTask(client, 'ReconfigVM_Task', ref, { spec: { annotation: vm.annotation } })
  }
  if (vm.poweredOn && (await readProperty(client, ref, 'runtime.powerState')) !== 'poweredOn') {
    await runTask(client, 'PowerOnVM_Task', ref)
  }
  return ref
}

async function cloneAgain(
  client: SoapClient,
  inventory: DemoInventory,
  vm: StoredVm,
  folder: ManagedObjectReference,
): Promise<ManagedObjectReference> {
  const template = inventory.templates.find(({ guestId }) => guestId === vm.guestId) ?? inventory.templates[0]
  if (template === undefined) throw new Error('the demo site has no template')
  const datastore = inventory.datastores.find(({ name }) => name === vm.datastore) ?? inventory.datastores[0]
  const extraConfig = Object.entries(vm.extraConfig).map(([key, value]) => ({ key, value }))
  return runTask<ManagedObjectReference>(client, 'CloneVM_Task', template.ref, {
    folder,
    name: vm.name,
    spec: {
      location: {
        datastore: datastore?.ref,
        pool: inventory.resourcePool,
        deviceChange: pluggedInAsBefore(await devicesOf(client, template.ref), inventory, vm),
      },
      template: false,
      config: {
        uuid: vm.biosUuid,
        instanceUuid: vm.instanceUuid,
        numCPUs: vm.vCpu,
        memoryMB: vm.memoryMiB,
        extraConfig,
      },
      powerOn: false,
    },
  })
}

function pluggedInAsBefore(devices: readonly Device[], inventory: DemoInventory, vm: StoredVm): object[] {
  const cards = devices.filter(isNetworkCard)
  return cards.flatMap((card, index) => {
    const before = vm.networkCards[index]
    const network = inventory.networks.find(({ name }) => name === before?.network)
    if (before === undefined || network === undefined) return []
    const { _typeName, key } = card
    const { macAddress } = before
    const device = { _typeName, key, backing: backingFor(network), addressType: 'generated', macAddress }
    return [{ operation: 'edit', device }]
  })
}

async function growDisks(client: SoapClient, vm: StoredVm, ref: ManagedObjectReference): Promise<void> {
  const disks = (await devicesOf(client, ref)).filter(isDisk)
  const deviceChange = disks.flatMap((disk, index) => {
    const wanted = vm.diskKiB[index] ?? 0
    return Number(disk['capacityInKB']) < wanted ? [{ operation: 'edit', device: grown(disk, wanted) }] : []
  })
  if (deviceChange.length > 0) await runTask(client, 'ReconfigVM_Task', ref, { spec: { deviceChange } })
}

function grown(disk: Device, capacityInKB: number): Device {
  const { _typeName, key, controllerKey, unitNumber } = disk
  const { _typeName: backingType, fileName, datastore, diskMode, thinProvisioned } = disk['backing'] as Device
  const backing = { _typeName: backingType, fileName, datastore, diskMode, thinProvisioned }
  return { _typeName, key, backing, controllerKey, unitNumber, capacityInKB, capacityInBytes: capacityInKB * 1024 }
}

const devicesOf = async (client: SoapClient, ref: ManagedObjectReference): Promise<Device[]> =>
  ((await readProperty(client, ref, 'config.hardware.device')) ?? []) as Device[]
