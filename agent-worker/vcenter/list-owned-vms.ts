import { VcenterFault } from '@berth/activities/vcenter/vcenter-port.ts'
import type { OwnedVm } from '@berth/activities/vcenter/vcenter-port.ts'
import { findByInventoryPath } from './inventory.ts'
import { extraConfigPath, marker, markerPaths } from './own-vm.ts'
import { readPropertiesBelow } from './read-properties.ts'
import type { Properties } from './read-properties.ts'
import type { VcenterConnection } from './vcenter-connection.ts'

const paths = ['name', 'config.instanceUuid', 'runtime.powerState', 'guest.ipAddress', ...markerPaths]

export async function listOwnedVms(
  { client }: VcenterConnection,
  installationId: string,
  folderPaths: readonly string[],
): Promise<OwnedVm[]> {
  const owned = new Map<string, OwnedVm>()
  for (const folderPath of folderPaths) {
    const folder = await findByInventoryPath(client, folderPath)
    if (folder === undefined) throw new VcenterFault('placementMissing', folderPath)
    for (const [key, properties] of await readPropertiesBelow(client, folder, 'VirtualMachine', paths)) {
      const moid = key.slice(key.indexOf(':') + 1)
      if (properties[extraConfigPath(marker.installationId)] === installationId) {
        owned.set(moid, ownedVm(moid, properties))
      }
    }
  }
  return [...owned.values()]
}

function ownedVm(moid: string, properties: Properties): OwnedVm {
  const address = properties['guest.ipAddress']
  return {
    moid,
    name: String(properties['name']),
    instanceUuid: String(properties['config.instanceUuid']),
    markerRequestId: String(properties[extraConfigPath(marker.requestId)] ?? ''),
    poweredOn: properties['runtime.powerState'] === 'poweredOn',
    ...(typeof address === 'string' && address !== '' ? { address } : {}),
  }
}
