import { describe, expect, test } from '@jest/globals'
import { moref } from './managed-object.ts'
import {
  clusterFacts,
  clusterRefusal,
  datastoresRefusal,
  hostsWithout,
  mountedDatastore,
} from './placement-preflight.ts'
import type { ClusterFacts } from './placement-preflight.ts'

const aHost = (number: number, inMaintenance = false) => ({
  moid: `host-${number}`,
  name: `esx${number}.example.com`,
  inMaintenance,
})

const aCluster = (changes: Partial<ClusterFacts> = {}): ClusterFacts => ({
  name: 'compute',
  hosts: [aHost(1), aHost(2)],
  drsEnabled: true,
  isRootPool: true,
  ...changes,
})

describe('a cluster that VMs shall go into', () => {
  test.each([
    ['has DRS', aCluster()],
    ['has one host only', aCluster({ drsEnabled: false, hosts: [aHost(1)] })],
    ['is entered through a resource pool of its own', aCluster({ drsEnabled: false, isRootPool: false })],
  ])('may take them when it %s', (_when, cluster) => {
    expect(clusterRefusal(cluster)).toBeUndefined()
  })

  test('is refused when nothing would choose among its hosts, with what to do', () => {
    expect(clusterRefusal(aCluster({ drsEnabled: false }))).toBe(
      'cluster compute has 2 hosts and DRS is off, so nothing chooses a VM’s host: ' +
        'enable DRS on it, or offer a cluster of one host',
    )
  })
})

describe('a datastore', () => {
  const everywhere = { name: 'shared', mountedBy: ['host-1', 'host-2'] }
  const onOne = { name: 'local', mountedBy: ['host-1'] }

  test('may be used when every host mounts it', () => {
    expect(hostsWithout(everywhere, aCluster())).toEqual([])
    expect(hostsWithout(onOne, aCluster())).toEqual(['esx2.example.com'])
  })

  test('need not be mounted by a host in maintenance, which takes no VMs', () => {
    expect(hostsWithout(onOne, aCluster({ hosts: [aHost(1), aHost(2, true)] }))).toEqual([])
  })

  test('that some hosts lack is no reason to refuse while another will do', () => {
    expect(datastoresRefusal([onOne, everywhere], aCluster())).toBeUndefined()
  })

  test('that some hosts lack is named with them when there is no other', () => {
    expect(datastoresRefusal([onOne, { name: 'nfs', mountedBy: [] }], aCluster())).toBe(
      'datastore local is not mounted by esx2.example.com; ' +
        'datastore nfs is not mounted by esx1.example.com, esx2.example.com: ' +
        'mount it on every host of cluster compute, or offer another datastore',
    )
  })

  test('counts as mounted where it can be written to, also while it is inaccessible', () => {
    const mount = (number: number, mountInfo: Record<string, string>) => ({
      key: moref('HostSystem', `host-${number}`),
      mountInfo,
    })
    const host = [
      mount(1, { mounted: 'true', accessible: 'false', accessMode: 'readWrite' }),
      mount(2, { mounted: 'false', accessMode: 'readWrite' }),
      mount(3, { mounted: 'true', accessMode: 'readOnly' }),
      mount(4, { accessMode: 'readWrite' }),
    ]
    expect(mountedDatastore({ name: 'nfs', host })).toEqual({ name: 'nfs', mountedBy: ['host-1', 'host-4'] })
  })
})

describe('what vCenter says of a cluster', () => {
  const pool = moref('ResourcePool', 'resgroup-1')
  const cluster = { name: 'compute', host: [moref('HostSystem', 'host-1')], resourcePool: pool }

  test('tells whether DRS is on, and whether the pool is its root', () => {
    const hosts = new Map([['HostSystem:host-1', { name: 'esx1', 'runtime.inMaintenanceMode': true }]])
    const configurationEx = { drsConfig: { enabled: 'true' } }
    expect(clusterFacts({ ...cluster, configurationEx }, pool, hosts)).toEqual({
      name: 'compute',
      hosts: [{ moid: 'host-1', name: 'esx1', inMaintenance: true }],
      drsEnabled: true,
      isRootPool: true,
    })
  })

  test('a host of its own has no DRS; a pool further down is not the root', () => {
    expect(clusterFacts(cluster, moref('ResourcePool', 'resgroup-2'), new Map())).toMatchObject({
      drsEnabled: false,
      isRootPool: false,
    })
  })
})
