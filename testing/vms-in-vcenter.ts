import type { ManagedObjectReference } from '@berth/agent-worker/vcenter/managed-object.ts'
import { moref } from '@berth/agent-worker/vcenter/managed-object.ts'
import { readPropertiesBelow } from '@berth/agent-worker/vcenter/read-properties.ts'
import type { SoapClient } from '@berth/agent-worker/vcenter/soap-client.ts'
import { extraConfigPath, marker } from '@berth/agent-worker/vcenter/own-vm.ts'

export interface VmInVcenter {
  ref: ManagedObjectReference
  name: string
  instanceUuid: string
  markerRequestId: string
  poweredOn: boolean
}

/** Every VM of the vCenter, in whatever folder and by whomever it was made. */
export async function vmsInVcenter(vcenter: SoapClient): Promise<VmInVcenter[]> {
  const { rootFolder } = await vcenter.serviceContent()
  const markerPath = extraConfigPath(marker.requestId)
  const paths = ['name', 'config.instanceUuid', 'runtime.powerState', markerPath]
  const found = await readPropertiesBelow(vcenter, [rootFolder], { VirtualMachine: paths })
  return [...found].map(([key, properties]) => ({
    ref: moref('VirtualMachine', key.slice(key.indexOf(':') + 1)),
    name: String(properties['name']),
    instanceUuid: String(properties['config.instanceUuid']),
    markerRequestId: String(properties[markerPath] ?? ''),
    poweredOn: properties['runtime.powerState'] === 'poweredOn',
  }))
}
