import type { CloneOrder } from '@berth/activities/vcenter/vcenter-port.ts'
import { guestValues } from './cloud-init.ts'
import type { NetworkBacking } from './network-backing.ts'
import { sameNetwork } from './network-backing.ts'
import { extraConfigPath } from './own-vm.ts'
import type { Properties } from './read-properties.ts'
import { capacityKiB, firstDisk, firstNetworkCard } from './virtual-devices.ts'

const guestKeys = ['guestinfo.metadata', 'guestinfo.userdata']
const encodingKeys = guestKeys.map((key) => `${key}.encoding`)

export const hardwarePaths = [
  'config.hardware.numCPU',
  'config.hardware.memoryMB',
  'config.hardware.device',
  'runtime.powerState',
  ...[...guestKeys, ...encodingKeys].map(extraConfigPath),
]

/** Whether the clone still has the template's disk, and the order asks for more. It is never shrunk. */
export function diskToGrow(vm: Properties, order: CloneOrder) {
  const disk = firstDisk(vm['config.hardware.device'])
  return disk !== undefined && capacityKiB(disk) < order.size.diskGiB * 1024 * 1024 ? disk : undefined
}

/** What differs from the order, in words; empty when the VM is as ordered. */
export function differences(vm: Properties, order: CloneOrder, backing: NetworkBacking): string[] {
  const { vCpu, memoryMiB, diskGiB } = order.size
  const card = firstNetworkCard(vm['config.hardware.device'])
  const found: string[] = []
  if (Number(vm['config.hardware.numCPU']) !== vCpu) {
    found.push(`${String(vm['config.hardware.numCPU'])} vCPU instead of ${vCpu}`)
  }
  if (Number(vm['config.hardware.memoryMB']) !== memoryMiB) {
    found.push(`${String(vm['config.hardware.memoryMB'])} MiB instead of ${memoryMiB}`)
  }
  if (firstDisk(vm['config.hardware.device']) === undefined) found.push('no disk')
  if (diskToGrow(vm, order) !== undefined) found.push(`a disk smaller than ${diskGiB} GiB`)
  if (card === undefined || !sameNetwork(card['backing'], backing)) {
    found.push(`its network card is not on ${order.placement.networkName}`)
  }
  // Once it runs, cloud-init may clear what it has read.
  if (vm['runtime.powerState'] === 'poweredOff') {
    for (const { key, value } of guestValues(order))
      if (vm[extraConfigPath(key)] !== value) found.push(`another ${key}`)
  }
  return found
}
