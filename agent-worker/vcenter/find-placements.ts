import { VcenterFault } from '@berth/activities/vcenter/vcenter-port.ts'
import type { DatastoreSpace, PlacementFindings, PlacementRules } from '@berth/domain/placement.ts'
import { morefKey } from './managed-object.ts'
import type { ManagedObjectReference } from './managed-object.ts'
import { networkBacking, pathsOfNetwork } from './network-backing.ts'
import { isFresh, resolvePlacement } from './placement-cache.ts'
import type { ResolvedPlacement } from './placement-cache.ts'
import {
  clusterFacts,
  clusterPaths,
  clusterRefusal,
  datastoresRefusal,
  hostsOf,
  hostsWithout,
  mountedDatastore,
  preflightPaths,
} from './placement-preflight.ts'
import { readProperties } from './read-properties.ts'
import type { Properties } from './read-properties.ts'
import { capacityGiB, firstDisk, firstNetworkCard } from './virtual-devices.ts'
import type { VcenterConnection } from './vcenter-connection.ts'

const bytesPerGiB = 1024 ** 3

/** Where the rules allow a VM, with the datastores' space now. One call once the paths are known. */
export async function findPlacements(connection: VcenterConnection, rules: PlacementRules): Promise<PlacementFindings> {
  const { client, placements } = connection
  const cacheKey = JSON.stringify(rules)
  const remembered = placements.resolved.get(cacheKey)
  const read = remembered && (await readPlacement(connection, remembered))
  if (remembered !== undefined && read !== undefined && stillValid(remembered, read, rules)) {
    return findings(connection, remembered, read, rules)
  }
  placements.resolved.delete(cacheKey)
  const resolved = await resolvePlacement(client, placements, rules)
  placements.backings.delete(resolved.network.value)
  const fresh = await readPlacement(connection, resolved)
  const answer = await findings(connection, resolved, fresh, rules)
  placements.resolved.set(cacheKey, resolved)
  return answer
}

const spacePaths = ['name', 'summary.capacity', 'summary.freeSpace', 'summary.accessible', 'summary.maintenanceMode']

type Read = Map<string, Properties>

function readPlacement({ client }: VcenterConnection, resolved: ResolvedPlacement): Promise<Read> {
  const { template, folder, resourcePool, cluster, hosts, datastores, network } = resolved
  return readProperties(client, [
    { obj: template, paths: ['name', 'config.template', 'config.hardware.device'] },
    { obj: folder, paths: ['name'] },
    { obj: resourcePool, paths: ['name'] },
    { obj: cluster, paths: clusterPaths(cluster) },
    ...hosts.map((obj) => ({ obj, paths: preflightPaths.host })),
    { obj: network, paths: pathsOfNetwork(network) },
    ...[...datastores.values()].map((obj) => ({
      obj,
      paths: [...spacePaths, ...preflightPaths.datastore],
    })),
  ])
}

/** A moid can come to mean another object, as when a simulator starts again: names tell. */
function stillValid(resolved: ResolvedPlacement, read: Read, rules: PlacementRules): boolean {
  const named = (object: ManagedObjectReference, name: string | undefined) =>
    read.get(morefKey(object))?.['name'] === name
  const last = (path: string) => path.slice(path.lastIndexOf('/') + 1)
  return (
    named(resolved.template, last(rules.templatePath)) &&
    named(resolved.folder, last(rules.folderPath)) &&
    read.has(morefKey(resolved.resourcePool)) &&
    sameObjects(hostsOf(read.get(morefKey(resolved.cluster)) ?? {}), resolved.hosts) &&
    named(resolved.network, rules.networks[0]) &&
    [...resolved.datastores].every(([name, datastore]) => named(datastore, name))
  )
}

function sameObjects(some: ManagedObjectReference[], others: ManagedObjectReference[]): boolean {
  const keys = new Set(some.map(morefKey))
  return keys.size === others.length && others.every((object) => keys.has(morefKey(object)))
}

async function findings(
  connection: VcenterConnection,
  resolved: ResolvedPlacement,
  read: Read,
  rules: PlacementRules,
): Promise<PlacementFindings> {
  const template = read.get(morefKey(resolved.template)) ?? {}
  if (template['config.template'] !== true) {
    throw new VcenterFault('templateMissing', `${rules.templatePath} is a VM and not a template`)
  }
  const disk = firstDisk(template['config.hardware.device'])
  if (disk === undefined) throw new VcenterFault('templateMissing', `${rules.templatePath} has no disk`)
  const usable = preflight(resolved, read)
  await rememberHardware(connection, resolved, read, rules)
  return {
    templateMoid: resolved.template.value,
    templateDiskGiB: capacityGiB(disk),
    folderMoid: resolved.folder.value,
    resourcePoolMoid: resolved.resourcePool.value,
    networkName: rules.networks[0] ?? '',
    networkMoid: resolved.network.value,
    datastores: usable.flatMap((datastore) => space(datastore, read)),
  }
}

/** The datastores that every host of the cluster can use. Throws when that is none, or when nothing would choose a host. */
function preflight(resolved: ResolvedPlacement, read: Read): ManagedObjectReference[] {
  const cluster = clusterFacts(read.get(morefKey(resolved.cluster)) ?? {}, resolved.resourcePool, read)
  const mounted = (datastore: ManagedObjectReference) => mountedDatastore(read.get(morefKey(datastore)) ?? {})
  const datastores = [...resolved.datastores.values()]
  const refusal = clusterRefusal(cluster) ?? datastoresRefusal(datastores.map(mounted), cluster)
  if (refusal !== undefined) throw new VcenterFault('placementMissing', refusal)
  return datastores.filter((datastore) => hostsWithout(mounted(datastore), cluster).length === 0)
}

/** The clone that follows needs the card and the network's backing; reading them again would cost it two calls. */
async function rememberHardware(
  { client, placements }: VcenterConnection,
  { template, network }: ResolvedPlacement,
  read: Read,
  rules: PlacementRules,
): Promise<void> {
  const card = firstNetworkCard(read.get(morefKey(template))?.['config.hardware.device'])
  if (card === undefined) throw new VcenterFault('templateMissing', `${rules.templatePath} has no network card`)
  placements.networkCards.set(template.value, { card, readAt: Date.now() })
  if (isFresh(placements.backings.get(network.value))) return
  const backing = await networkBacking(client, network, read.get(morefKey(network)) ?? {})
  placements.backings.set(network.value, { backing, readAt: Date.now() })
}

/** Datastores that cannot take a VM now are left out, as if they were full. */
function space(datastore: ManagedObjectReference, read: Read): DatastoreSpace[] {
  const properties = read.get(morefKey(datastore)) ?? {}
  const maintenance = properties['summary.maintenanceMode']
  if (properties['summary.accessible'] === false || (maintenance !== undefined && maintenance !== 'normal')) return []
  return [
    {
      name: String(properties['name']),
      moid: datastore.value,
      capacityGiB: Math.floor(Number(properties['summary.capacity']) / bytesPerGiB),
      freeGiB: Math.floor(Number(properties['summary.freeSpace']) / bytesPerGiB),
    },
  ]
}
