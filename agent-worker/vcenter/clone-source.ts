import { VcenterFault } from '@berth/activities/vcenter/vcenter-port.ts'
import type { Placement } from '@berth/domain/placement.ts'
import { morefKey, vmRef } from './managed-object.ts'
import { networkBacking, networkRef, pathsOfNetwork } from './network-backing.ts'
import type { NetworkBacking } from './network-backing.ts'
import { isFresh } from './placement-cache.ts'
import { readProperties } from './read-properties.ts'
import type { VcenterConnection } from './vcenter-connection.ts'
import { firstNetworkCard } from './virtual-devices.ts'
import type { VirtualDevice } from './virtual-devices.ts'

export interface CloneSource {
  card: VirtualDevice
  backing: NetworkBacking
}

/** The template's own network card and how it is to be attached. */
export async function cloneSource(connection: VcenterConnection, placement: Placement): Promise<CloneSource> {
  const remembered = connection.placements.networkCards.get(placement.templateMoid)
  const attached = connection.placements.backings.get(placement.networkMoid)
  if (isFresh(remembered) && isFresh(attached)) return { card: remembered.card, backing: attached.backing }
  return readCloneSource(connection, placement)
}

/** Also proves that every object of the placement exists: a clone into a missing one crashes the simulator. */
async function readCloneSource({ client, placements }: VcenterConnection, placement: Placement): Promise<CloneSource> {
  const template = vmRef(placement.templateMoid)
  const network = networkRef(placement.networkMoid)
  const others = [
    { type: 'Folder', value: placement.folderMoid },
    { type: 'ResourcePool', value: placement.resourcePoolMoid },
    { type: 'Datastore', value: placement.datastoreMoid },
  ]
  const read = await readProperties(client, [
    { obj: template, paths: ['name', 'config.template', 'config.hardware.device'] },
    { obj: network, paths: pathsOfNetwork(network) },
    ...others.map((obj) => ({ obj, paths: ['name'] })),
  ])
  const missing = [network, ...others].find((object) => !read.has(morefKey(object)))
  if (missing !== undefined) throw new VcenterFault('placementMissing', `${missing.type} ${missing.value}`)
  const properties = read.get(morefKey(template))
  const card = firstNetworkCard(properties?.['config.hardware.device'])
  if (properties?.['config.template'] !== true || card === undefined) {
    throw new VcenterFault('templateMissing', `${placement.templateMoid} is no template with a network card`)
  }
  const backing = await networkBacking(client, network, read.get(morefKey(network)) ?? {})
  placements.networkCards.set(placement.templateMoid, { card, readAt: Date.now() })
  placements.backings.set(placement.networkMoid, { backing, readAt: Date.now() })
  return { card, backing }
}
