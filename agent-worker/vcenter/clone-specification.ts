import type { CloneOrder } from '@berth/activities/vcenter/vcenter-port.ts'
import { guestValues } from './cloud-init.ts'
import type { CloneSource } from './clone-source.ts'
import { moref } from './managed-object.ts'
import { marker } from './own-vm.ts'
import { attachCard } from './virtual-devices.ts'

/** The arguments of CloneVM_Task: everything in one call, but the disk, which is grown on the clone itself. */
export function cloneSpecification(order: CloneOrder, { card, backing }: CloneSource) {
  const { placement, size } = order
  return {
    folder: moref('Folder', placement.folderMoid),
    name: order.vmName,
    spec: {
      location: {
        datastore: moref('Datastore', placement.datastoreMoid),
        pool: moref('ResourcePool', placement.resourcePoolMoid),
        deviceChange: [attachCard(card, backing)],
      },
      template: false,
      config: {
        instanceUuid: order.requestId,
        annotation: `Berth request ${order.requestId}`,
        numCPUs: size.vCpu,
        // The template's value may not divide the new number of CPUs.
        numCoresPerSocket: 1,
        memoryMB: size.memoryMiB,
        extraConfig: [...markerValues(order), ...guestValues(order)],
      },
      powerOn: false,
    },
  }
}

const markerValues = ({ installationId, requestId }: CloneOrder) => [
  { key: marker.installationId, value: installationId },
  { key: marker.requestId, value: requestId },
]
