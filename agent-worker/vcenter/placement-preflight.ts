import { isMoref, morefKey } from './managed-object.ts'
import type { ManagedObjectReference } from './managed-object.ts'
import type { Properties } from './read-properties.ts'

/** What decides whether a cluster, and a datastore in it, may take VMs whose host nobody names. */
export interface ClusterFacts {
  name: string
  hosts: { moid: string; name: string; inMaintenance: boolean }[]
  drsEnabled: boolean
  /** VMs go into the root resource pool; one further down exists only with DRS. */
  isRootPool: boolean
}

export interface MountedDatastore {
  name: string
  /** Moids of the hosts that can write to it. */
  mountedBy: string[]
}

export const preflightPaths = { host: ['name', 'runtime.inMaintenanceMode'], datastore: ['host'] } as const

/** The whole `configurationEx`: vCenter refuses paths into it. Only clusters have DRS; a host of its own has not. */
export const clusterPaths = ({ type }: ManagedObjectReference): string[] => [
  ...['name', 'host', 'resourcePool'],
  ...(type === 'ClusterComputeResource' ? ['configurationEx'] : []),
]

/** Why the cluster cannot take VMs and what to do about it, or undefined. */
export function clusterRefusal({ name, hosts, drsEnabled, isRootPool }: ClusterFacts): string | undefined {
  if (!isRootPool || drsEnabled || hosts.length < 2) return undefined
  return `cluster ${name} has ${hosts.length} hosts and DRS is off, so nothing chooses a VM’s host: enable DRS on it, or offer a cluster of one host`
}

/** The hosts that a VM could land on without finding its disk. A host in maintenance takes no VMs. */
export function hostsWithout({ mountedBy }: MountedDatastore, { hosts }: ClusterFacts): string[] {
  return hosts.filter(({ moid, inMaintenance }) => !inMaintenance && !mountedBy.includes(moid)).map(({ name }) => name)
}

/** Why no datastore of the item may be used, or undefined when at least one may. */
export function datastoresRefusal(datastores: readonly MountedDatastore[], cluster: ClusterFacts): string | undefined {
  const refused = datastores.map((datastore) => ({ datastore, hosts: hostsWithout(datastore, cluster) }))
  if (refused.some(({ hosts }) => hosts.length === 0)) return undefined
  const reasons = refused.map(
    ({ datastore, hosts }) => `datastore ${datastore.name} is not mounted by ${hosts.join(', ')}`,
  )
  return `${reasons.join('; ')}: mount it on every host of cluster ${cluster.name}, or offer another datastore`
}

export function clusterFacts(
  cluster: Properties,
  pool: ManagedObjectReference,
  hosts: ReadonlyMap<string, Properties>,
): ClusterFacts {
  const { drsConfig } = (cluster['configurationEx'] ?? {}) as { drsConfig?: { enabled?: unknown } }
  const rootPool = cluster['resourcePool']
  return {
    name: String(cluster['name']),
    hosts: hostsOf(cluster).map((host) => {
      const properties = hosts.get(morefKey(host)) ?? {}
      const inMaintenance = properties['runtime.inMaintenanceMode'] === true
      return { moid: host.value, name: String(properties['name'] ?? host.value), inMaintenance }
    }),
    drsEnabled: isTrue(drsConfig?.enabled),
    isRootPool: isMoref(rootPool) && rootPool.value === pool.value,
  }
}

export const hostsOf = (cluster: Properties): ManagedObjectReference[] =>
  Array.isArray(cluster['host']) ? cluster['host'].filter(isMoref) : []

interface HostMount {
  key?: ManagedObjectReference
  mountInfo?: { mounted?: unknown; accessMode?: unknown }
}

/** A mount that is only inaccessible counts: it is an outage of one host, and vCenter then takes another. */
export function mountedDatastore(datastore: Properties): MountedDatastore {
  const mounts = (Array.isArray(datastore['host']) ? datastore['host'] : []) as HostMount[]
  const writable = mounts.filter(
    ({ mountInfo }) =>
      (mountInfo?.mounted === undefined || isTrue(mountInfo.mounted)) && mountInfo?.accessMode !== 'readOnly',
  )
  return {
    name: String(datastore['name']),
    mountedBy: writable.flatMap(({ key }) => (key === undefined ? [] : [key.value])),
  }
}

/** Members of an object are read as text. */
const isTrue = (value: unknown): boolean => String(value) === 'true'
