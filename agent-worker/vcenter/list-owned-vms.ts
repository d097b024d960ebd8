import { VcenterFault } from '@berth/activities/vcenter/vcenter-port.ts'
import type { CountingAddresses, OwnedVm } from '@berth/activities/vcenter/vcenter-port.ts'
import { addressesOnCard } from './guest-address.ts'
import { findAllByInstanceUuid, findByInventoryPath } from './inventory.ts'
import { isMoref } from './managed-object.ts'
import { extraConfigPath, marker, markerPaths, readVms } from './own-vm.ts'
import { readPropertiesBelow } from './read-properties.ts'
import type { Properties } from './read-properties.ts'
import { usableBy } from './usable-address.ts'
import type { IsUsable } from './usable-address.ts'
import type { VcenterConnection } from './vcenter-connection.ts'

const statePaths = ['runtime.powerState', 'guest.ipAddress', 'guest.net', 'parent']
const listPaths = ['name', 'config.instanceUuid', ...markerPaths, ...statePaths]

/** So many are looked up one by one outside the managed folders; more are found by listing all that vCenter has. */
const mostLookUps = 20

export async function listOwnedVms(
  connection: VcenterConnection,
  installationId: string,
  folderPaths: readonly string[],
  expected: readonly string[],
  addresses?: CountingAddresses,
): Promise<OwnedVm[]> {
  const counts = addresses === undefined ? undefined : usableBy(addresses)
  const wanted = new Set(expected.map((uuid) => uuid.toLowerCase()))
  const owned = new Map<string, OwnedVm>()
  const keep = (found: ReadonlyMap<string, Properties>, inFolder: boolean) => {
    for (const [moid, properties] of found) {
      if (owned.has(moid)) continue
      if (properties[extraConfigPath(marker.installationId)] !== installationId && !wanted.has(uuidOf(properties)))
        continue
      owned.set(moid, ownedVm(moid, properties, inFolder, counts))
    }
  }
  for (const folderPath of folderPaths) keep(await vmsBelow(connection, folderPath), true)
  const listed = new Set([...owned.values()].map(({ instanceUuid }) => instanceUuid))
  const missing = [...wanted].filter((uuid) => !listed.has(uuid))
  if (missing.length > 0) keep(await vmsElsewhere(connection, missing), false)
  return [...owned.values()]
}

async function vmsBelow({ client }: VcenterConnection, folderPath: string): Promise<Map<string, Properties>> {
  const folder = await findByInventoryPath(client, folderPath)
  if (folder === undefined) throw new VcenterFault('placementMissing', folderPath)
  return byMoid(await readPropertiesBelow(client, folder, 'VirtualMachine', listPaths))
}

/** VMs that somebody moved out of the managed folders. */
async function vmsElsewhere(connection: VcenterConnection, uuids: readonly string[]): Promise<Map<string, Properties>> {
  const { client } = connection
  if (uuids.length > mostLookUps) {
    const { rootFolder } = await client.serviceContent()
    return byMoid(await readPropertiesBelow(client, rootFolder, 'VirtualMachine', listPaths))
  }
  const found = await Promise.all(uuids.map((uuid) => findAllByInstanceUuid(client, uuid)))
  const moids = found.flat().map(({ value }) => value)
  const vms = moids.length === 0 ? [] : await readVms(connection, moids, statePaths)
  return new Map(vms.map(({ moid, properties }) => [moid, properties]))
}

const byMoid = (found: ReadonlyMap<string, Properties>): Map<string, Properties> =>
  new Map([...found].map(([key, properties]) => [key.slice(key.indexOf(':') + 1), properties]))

const uuidOf = (properties: Properties): string => String(properties['config.instanceUuid'] ?? '').toLowerCase()

function ownedVm(moid: string, properties: Properties, inFolder: boolean, counts?: IsUsable): OwnedVm {
  const address = properties['guest.ipAddress']
  const addresses = addressesOnCard(properties, counts)
  const folder = properties['parent']
  const installation = properties[extraConfigPath(marker.installationId)]
  return {
    moid,
    name: String(properties['name']),
    instanceUuid: uuidOf(properties),
    ...(installation === undefined ? {} : { markerInstallationId: String(installation) }),
    markerRequestId: String(properties[extraConfigPath(marker.requestId)] ?? ''),
    poweredOn: properties['runtime.powerState'] === 'poweredOn',
    inFolder,
    ...(isMoref(folder) ? { folderMoid: folder.value } : {}),
    ...(typeof address === 'string' && address !== '' ? { address } : {}),
    ...(addresses.length === 0 ? {} : { addresses }),
  }
}
