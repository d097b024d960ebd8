import { morefKey } from '@berth/agent-worker/vcenter/managed-object.ts'
import type { ManagedObjectReference } from '@berth/agent-worker/vcenter/managed-object.ts'
import { readProperties, readProperty } from '@berth/agent-worker/vcenter/read-properties.ts'
import type { SoapClient } from '@berth/agent-worker/vcenter/soap-client.ts'

/** A network by its name, which is all that survives the simulator. */
export interface DemoNetwork {
  name: string
  ref: ManagedObjectReference
  /** Of a distributed port group only. */
  switchUuid?: string
}

interface CardBacking {
  deviceName?: string
  network?: ManagedObjectReference
  port?: { portgroupKey?: string }
}

export async function demoNetworks(client: SoapClient, folder: ManagedObjectReference): Promise<DemoNetwork[]> {
  const members = ((await readProperty(client, folder, 'childEntity')) ?? []) as ManagedObjectReference[]
  const plain = members.filter(({ type }) => type === 'Network')
  const portGroups = members.filter(({ type }) => type === 'DistributedVirtualPortgroup')
  const read = await readProperties(client, [
    ...plain.map((obj) => ({ obj, paths: ['name'] })),
    ...portGroups.map((obj) => ({ obj, paths: ['name', 'config.distributedVirtualSwitch'] })),
  ])
  const networks: DemoNetwork[] = []
  for (const ref of [...plain, ...portGroups]) {
    const { name, 'config.distributedVirtualSwitch': ofSwitch } = read.get(morefKey(ref)) ?? {}
    const network = { name: String(name), ref }
    if (ofSwitch === undefined) networks.push(network)
    else {
      const switchUuid = String(await readProperty(client, ofSwitch as ManagedObjectReference, 'uuid'))
      networks.push({ ...network, switchUuid })
    }
  }
  return networks
}

/** Which network a card is plugged into, by name. */
export function networkNameOf(backing: unknown, networks: readonly DemoNetwork[]): string {
  const { deviceName, network, port } = (backing ?? {}) as CardBacking
  const moid = port?.portgroupKey ?? network?.value
  return networks.find(({ ref }) => ref.value === moid)?.name ?? deviceName ?? ''
}

export function backingFor({ name, ref, switchUuid }: DemoNetwork): Record<string, unknown> {
  return switchUuid === undefined
    ? { _typeName: 'VirtualEthernetCardNetworkBackingInfo', deviceName: name, network: ref }
    : {
        _typeName: 'VirtualEthernetCardDistributedVirtualPortBackingInfo',
        port: { switchUuid, portgroupKey: ref.value },
      }
}
