import { findByInventoryPath } from '@berth/agent-worker/vcenter/inventory.ts'
import { readPropertiesBelow } from '@berth/agent-worker/vcenter/read-properties.ts'
import type { SoapClient } from '@berth/agent-worker/vcenter/soap-client.ts'
import { extraConfigPath, marker } from '@berth/agent-worker/vcenter/own-vm.ts'

export interface VmInVcenter {
  name: string
  instanceUuid: string
  markerRequestId: string
  poweredOn: boolean
}

/** Every VM below the managed folder, by whomever it was made. */
export async function vmsInVcenter(vcenter: SoapClient): Promise<VmInVcenter[]> {
  const folder = await findByInventoryPath(vcenter, '/DC0/vm/berth')
  if (folder === undefined) throw new Error('the vCenter has no folder /DC0/vm/berth')
  const markerPath = extraConfigPath(marker.requestId)
  const paths = ['name', 'config.instanceUuid', 'runtime.powerState', markerPath]
  const found = await readPropertiesBelow(vcenter, [folder], { VirtualMachine: paths })
  return [...found.values()].map((properties) => ({
    name: String(properties['name']),
    instanceUuid: String(properties['config.instanceUuid']),
    markerRequestId: String(properties[markerPath] ?? ''),
    poweredOn: properties['runtime.powerState'] === 'poweredOn',
  }))
}
