import { VcenterFault } from '@berth/activities/vcenter/vcenter-port.ts'
import { isMoref, moref, morefKey } from './managed-object.ts'
import type { ManagedObjectReference } from './managed-object.ts'
import { readProperties } from './read-properties.ts'
import type { Properties } from './read-properties.ts'
import type { SoapClient } from './soap-client.ts'

/** How a network card is attached: the object that goes into a device's `backing`. */
export type NetworkBacking = { _typeName: string } & Record<string, unknown>

/** The kind of network that a moid stands for; vCenter's prefixes are documented by use, not by contract. */
export function networkRef(moid: string): ManagedObjectReference {
  if (moid.startsWith('dvportgroup-')) return moref('DistributedVirtualPortgroup', moid)
  if (moid.startsWith('network-o')) return moref('OpaqueNetwork', moid)
  return moref('Network', moid)
}

/** The properties of a network that exist on its kind. */
export function pathsOfNetwork({ type }: ManagedObjectReference): string[] {
  if (type === 'DistributedVirtualPortgroup') return ['name', 'key', 'config.distributedVirtualSwitch']
  return type === 'OpaqueNetwork' ? ['name', 'summary'] : ['name']
}

export async function networkBacking(
  client: SoapClient,
  network: ManagedObjectReference,
  properties: Properties,
): Promise<NetworkBacking> {
  if (network.type === 'DistributedVirtualPortgroup') return portgroupBacking(client, network, properties)
  if (network.type === 'OpaqueNetwork') return opaqueBacking(properties)
  return {
    _typeName: 'VirtualEthernetCardNetworkBackingInfo',
    deviceName: String(properties['name']),
    network,
  }
}

async function portgroupBacking(
  client: SoapClient,
  network: ManagedObjectReference,
  properties: Properties,
): Promise<NetworkBacking> {
  const vswitch = properties['config.distributedVirtualSwitch']
  if (!isMoref(vswitch)) throw new VcenterFault('placementMissing', `${network.value} has no distributed switch`)
  const found = await readProperties(client, [{ obj: vswitch, paths: ['uuid'] }])
  const switchUuid = String(found.get(morefKey(vswitch))?.['uuid'])
  return {
    _typeName: 'VirtualEthernetCardDistributedVirtualPortBackingInfo',
    port: { switchUuid, portgroupKey: String(properties['key'] ?? network.value) },
  }
}

function opaqueBacking(properties: Properties): NetworkBacking {
  const { opaqueNetworkId, opaqueNetworkType } = (properties['summary'] ?? {}) as Record<string, unknown>
  return { _typeName: 'VirtualEthernetCardOpaqueNetworkBackingInfo', opaqueNetworkId, opaqueNetworkType }
}

/** Whether a card is attached to that network, by what identifies the network and not by ports that vCenter adds. */
export function sameNetwork(actual: unknown, wanted: NetworkBacking): boolean {
  const backing = (actual ?? {}) as NetworkBacking & { port?: { portgroupKey?: unknown }; network?: unknown }
  if (backing._typeName !== wanted._typeName) return false
  const portgroupKey = (wanted['port'] as { portgroupKey?: unknown } | undefined)?.portgroupKey
  if (portgroupKey !== undefined) return backing.port?.portgroupKey === portgroupKey
  if (wanted['opaqueNetworkId'] !== undefined) return backing['opaqueNetworkId'] === wanted['opaqueNetworkId']
  if (isMoref(backing.network) && isMoref(wanted['network'])) return backing.network.value === wanted['network'].value
  return backing['deviceName'] === wanted['deviceName']
}
