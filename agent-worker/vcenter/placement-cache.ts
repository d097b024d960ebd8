import { VcenterFault } from '@berth/activities/vcenter/vcenter-port.ts'
import type { PlacementRules } from '@berth/domain/placement.ts'
import { findByInventoryPath } from './inventory.ts'
import { isMoref, morefKey } from './managed-object.ts'
import type { ManagedObjectReference } from './managed-object.ts'
import type { NetworkBacking } from './network-backing.ts'
import { readProperties, readProperty } from './read-properties.ts'
import type { SoapClient } from './soap-client.ts'
import type { VirtualDevice } from './virtual-devices.ts'

/** The objects that a catalog item's paths and names stand for. */
export interface ResolvedPlacement {
  template: ManagedObjectReference
  folder: ManagedObjectReference
  resourcePool: ManagedObjectReference
  /** That the pool belongs to, with its hosts. */
  cluster: ManagedObjectReference
  hosts: ManagedObjectReference[]
  /** By name; only what the cluster mounts. */
  datastores: Map<string, ManagedObjectReference>
  network: ManagedObjectReference
}

/** Paths rarely change: they are resolved once and validated by name at each use. */
export interface PlacementCache {
  resolved: Map<string, ResolvedPlacement>
  /** Under way now: whoever asks meanwhile shares it. */
  resolving: Map<string, Promise<ResolvedPlacement>>
  /** By the template's moid: its network card when it was last read. */
  networkCards: Map<string, { card: VirtualDevice; readAt: number }>
  /** By the network's moid: how a card is attached to it, when that was last read. */
  backings: Map<string, { backing: NetworkBacking; readAt: number }>
}

/** What was read is used again for this long; then, or at another agent, it is read anew. */
const freshMilliseconds = 60_000

export const isFresh = <T extends { readAt: number }>(read: T | undefined): read is T =>
  read !== undefined && Date.now() - read.readAt < freshMilliseconds

export const createPlacementCache = (): PlacementCache => ({
  resolved: new Map(),
  resolving: new Map(),
  networkCards: new Map(),
  backings: new Map(),
})

/** The same rules are resolved once at a time, also when twenty requests start together. */
export async function resolvePlacement(
  client: SoapClient,
  { resolving }: PlacementCache,
  rules: PlacementRules,
): Promise<ResolvedPlacement> {
  const key = JSON.stringify(rules)
  const underWay = resolving.get(key) ?? resolve(client, rules).finally(() => resolving.delete(key))
  resolving.set(key, underWay)
  return underWay
}

async function resolve(client: SoapClient, rules: PlacementRules): Promise<ResolvedPlacement> {
  const [template, folder, pool] = await Promise.all([
    found(client, rules.templatePath, 'templateMissing'),
    found(client, rules.folderPath, 'placementMissing'),
    found(client, rules.resourcePoolPath, 'placementMissing'),
  ])
  if (template.type !== 'VirtualMachine') throw new VcenterFault('templateMissing', `${rules.templatePath} is no VM`)
  if (folder.type !== 'Folder') throw new VcenterFault('placementMissing', `${rules.folderPath} is no folder`)
  const resourcePool = await rootPool(client, pool, rules.resourcePoolPath)
  const owner = await readProperty(client, resourcePool, 'owner')
  if (!isMoref(owner)) throw new VcenterFault('placementMissing', `${rules.resourcePoolPath} belongs to no cluster`)
  const offered = await offeredBy(client, owner)
  const [networkName = ''] = rules.networks
  const network = offered.networks.get(networkName)
  if (network === undefined) throw new VcenterFault('placementMissing', `network ${networkName}`)
  const datastores = new Map([...offered.datastores].filter(([name]) => rules.datastores.includes(name)))
  const missing = rules.datastores.find((name) => !datastores.has(name))
  if (missing !== undefined) throw new VcenterFault('placementMissing', `datastore ${missing}`)
  return { template, folder, resourcePool, cluster: owner, hosts: offered.hosts, datastores, network }
}

async function found(client: SoapClient, path: string, code: 'templateMissing' | 'placementMissing') {
  const object = await findByInventoryPath(client, path)
  if (object === undefined) throw new VcenterFault(code, path)
  return object
}

/** A cluster stands for its root resource pool: DRS chooses the host. */
async function rootPool(client: SoapClient, object: ManagedObjectReference, path: string) {
  if (object.type === 'ResourcePool' || object.type === 'VirtualApp') return object
  const pool = object.type.endsWith('ComputeResource') ? await readProperty(client, object, 'resourcePool') : undefined
  if (!isMoref(pool)) throw new VcenterFault('placementMissing', `${path} is neither a resource pool nor a cluster`)
  return pool
}

/** By name, what the hosts of a cluster mount and are attached to. */
async function offeredBy(client: SoapClient, cluster: ManagedObjectReference) {
  const paths = ['datastore', 'network', 'host']
  const lists = (await readProperties(client, [{ obj: cluster, paths }])).get(morefKey(cluster))
  const datastores = morefs(lists?.['datastore'])
  const networks = morefs(lists?.['network'])
  const names = await readProperties(
    client,
    [...datastores, ...networks].map((obj) => ({ obj, paths: ['name'] })),
  )
  const byName = (objects: ManagedObjectReference[]) =>
    new Map(objects.map((object) => [String(names.get(morefKey(object))?.['name']), object]))
  return { datastores: byName(datastores), networks: byName(networks), hosts: morefs(lists?.['host']) }
}

const morefs = (value: unknown): ManagedObjectReference[] => (Array.isArray(value) ? value.filter(isMoref) : [])
