import type { CountingAddresses, ListedVms, OwnedVm } from '@berth/activities/vcenter/vcenter-port.ts'
import { addressesOnCard } from './guest-address.ts'
import { lookAtVms } from './look-at-vms.ts'
import type { SeenVms } from './look-at-vms.ts'
import { findManagedFolders, isStillNamed } from './managed-folders.ts'
import { isMoref, vmRef } from './managed-object.ts'
import { missedVms, uuidOf } from './missed-vms.ts'
import { extraConfigPath, marker } from './own-vm.ts'
import type { Properties } from './read-properties.ts'
import { usableBy } from './usable-address.ts'
import type { IsUsable } from './usable-address.ts'
import { rememberVm } from './vcenter-connection.ts'
import type { VcenterConnection } from './vcenter-connection.ts'

/** One call for a thousand VMs, with those among them that were missed before and found elsewhere. */
export async function listOwnedVms(
  connection: VcenterConnection,
  installationId: string,
  folderPaths: readonly string[],
  expected: readonly string[],
  addresses?: CountingAddresses,
): Promise<ListedVms> {
  const counts = addresses === undefined ? undefined : usableBy(addresses)
  const wanted = new Set(expected.map((uuid) => uuid.toLowerCase()))
  const { seen, missingFolders } = await lookIntoFolders(connection, folderPaths, wanted)
  const elsewhere = await missedVms(connection, missedOf(wanted, seen, connection))
  const isListed = (properties: Properties) =>
    properties[extraConfigPath(marker.installationId)] === installationId || wanted.has(uuidOf(properties))
  const listed = [...seen.vms, ...elsewhere].filter(([, properties]) => isListed(properties))
  for (const [moid, properties] of listed) rememberVm(connection, uuidOf(properties), moid)
  const vms = listed.map(([moid, properties]) => ownedVm(moid, properties, seen.isBelow(properties), counts))
  return { vms, missingFolders, unreadable: seen.unreadable }
}

/** A VM that is where it was last seen is not missed, though somebody gave it another uuid. */
function missedOf(wanted: ReadonlySet<string>, { vms }: SeenVms, { lastSeen }: VcenterConnection): Set<string> {
  const uuids = new Set([...vms.values()].map(uuidOf))
  return new Set([...wanted].filter((uuid) => !uuids.has(uuid) && !vms.has(lastSeen.get(uuid) ?? '')))
}

async function lookIntoFolders(
  connection: VcenterConnection,
  paths: readonly string[],
  wanted: ReadonlySet<string>,
): Promise<{ seen: SeenVms; missingFolders: string[] }> {
  const vms = [...wanted].flatMap((uuid) => connection.lastSeen.get(uuid) ?? []).map(vmRef)
  const look = async () => {
    const folders = await findManagedFolders(connection, paths)
    return { folders, seen: await lookAtVms(connection.client, { folders: [...folders.values()], vms }) }
  }
  let { folders, seen } = await look()
  const others = [...folders].filter(([path, folder]) => !isStillNamed(path, seen.folderNamed(folder)))
  if (others.length > 0) {
    // Renamed or removed since it was found: what is at its path now is found anew.
    for (const [path] of others) connection.managedFolders.delete(path)
    ;({ folders, seen } = await look())
  }
  return { seen, missingFolders: paths.filter((path) => !folders.has(path)) }
}

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
