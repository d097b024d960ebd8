import { VcenterFault } from '@berth/activities/vcenter/vcenter-port.ts'
import type { EndOrder, KnownVm, VmIdentity } from '@berth/activities/vcenter/vcenter-port.ts'
import { findAllByInstanceUuid, findChild } from './inventory.ts'
import { morefKey, vmRef } from './managed-object.ts'
import type { FoundVm } from './found-vm.ts'
import { readProperties } from './read-properties.ts'
import type { Properties } from './read-properties.ts'
import { isFault } from './soap-fault.ts'
import { rememberVm } from './vcenter-connection.ts'
import type { VcenterConnection } from './vcenter-connection.ts'

export const marker = { installationId: 'berth.installationId', requestId: 'berth.requestId' } as const

export const extraConfigPath = (key: string): string => `config.extraConfig["${key}"].value`

export const markerPaths = [extraConfigPath(marker.installationId), extraConfigPath(marker.requestId)]
const identityPaths = ['name', 'config.instanceUuid', ...markerPaths]

/** Ours = both keys of the marker match, and its request is this very VM: on another uuid the marker is a copy's. */
export function isOurs(properties: Properties, identity: VmIdentity): boolean {
  return hasOurMarker(properties, identity) && uuidOf(properties) === identity.requestId.toLowerCase()
}

const uuidOf = (properties: Properties): string => String(properties['config.instanceUuid']).toLowerCase()

export const hasOurMarker = (properties: Properties, { installationId, requestId }: VmIdentity): boolean =>
  properties[extraConfigPath(marker.installationId)] === installationId &&
  properties[extraConfigPath(marker.requestId)] === requestId

/**
 * The request's VM with the properties at `paths`, by all VMs that vCenter finds under its uuid now: a write never goes
 * by memory. Undefined when there is none. Throws `notOurs` when several VMs have the uuid, when the one is not ours, or
 * when our marker sits on a VM whose uuid changed.
 */
export async function findOurVm(
  connection: VcenterConnection,
  identity: KnownVm,
  paths: readonly string[] = [],
): Promise<FoundVm | undefined> {
  refuseOtherInstallation(connection, identity)
  const found = await findAllByInstanceUuid(connection.client, identity.requestId)
  const vms = await readVms(
    connection,
    found.map(({ value }) => value),
    paths,
  )
  const [vm, ...others] = vms
  if (vm === undefined) return lastSeenVm(connection, identity, paths)
  refuseUnreadable(vms)
  if (others.length > 0 || !isOurs(vm.properties, identity)) throw foreign(vms)
  rememberVm(connection, identity.requestId, vm.moid)
  return vm
}

/**
 * The VM that was read a moment ago, if vCenter finds it, and no other, under its uuid now; else as findOurVm. For a
 * further write to a VM, in one call.
 */
export async function stillOurVm(
  connection: VcenterConnection,
  identity: VmIdentity,
  vm: FoundVm,
  paths: readonly string[] = [],
): Promise<FoundVm | undefined> {
  refuseOtherInstallation(connection, identity)
  const [only, ...others] = await findAllByInstanceUuid(connection.client, identity.requestId)
  return only?.value === vm.moid && others.length === 0 ? vm : findOurVm(connection, identity, paths)
}

/** vCenter finds no VM by the request's uuid; the one that had it may still be there. */
async function lastSeenVm(
  connection: VcenterConnection,
  identity: KnownVm,
  paths: readonly string[],
): Promise<FoundVm | undefined> {
  const { lastSeen } = connection
  const moid = lastSeen.get(identity.requestId) ?? identity.moid
  if (moid === undefined) return undefined
  const [seen] = await readVms(connection, [moid], paths)
  if (seen !== undefined) refuseUnreadable([seen])
  if (seen === undefined || isAnother(seen.properties, identity)) {
    lastSeen.delete(identity.requestId)
    return undefined
  }
  if (isOurs(seen.properties, identity)) return seen
  throw hasOurMarker(seen.properties, identity) ? otherUuid(seen, identity) : unrecognizable(seen, identity)
}

/**
 * A vCenter that was restored may give a moid again: to another request's very own VM, or to a stranger's, which shares
 * neither uuid nor marker nor name with ours.
 */
const isAnother = (properties: Properties, { requestId, vmName }: KnownVm): boolean => {
  const marked = String(properties[extraConfigPath(marker.requestId)] ?? '')
  if (marked === '') return vmName !== undefined && properties['name'] !== vmName
  return marked !== requestId && uuidOf(properties) === marked.toLowerCase()
}

/** As of a VM whose datastore is away: what it is will be known again. */
function refuseUnreadable(vms: readonly FoundVm[]): void {
  const unreadable = vms.find(({ properties }) => properties['config.instanceUuid'] === undefined)
  if (unreadable === undefined) return
  const { moid, properties } = unreadable
  throw new VcenterFault('vcenterError', `it has no configuration of ${String(properties['name'])} (${moid}) now`)
}

/**
 * The VM that a clone made, or is making, under the request's name: a uuid cannot be found before the clone has ended,
 * nor after somebody changed it. Somebody else's VM of that name is none of ours.
 */
export async function findByName(
  connection: VcenterConnection,
  { placement, ...order }: EndOrder,
  paths: readonly string[] = [],
): Promise<FoundVm | undefined> {
  if (placement === undefined) return undefined
  const child = await findChild(connection.client, placement.folderMoid, order.vmName).catch((error: unknown) => {
    if (isFault(error, 'ManagedObjectNotFound')) return undefined
    throw error
  })
  if (child?.type !== 'VirtualMachine') return undefined
  const [vm] = await readVms(connection, [child.value], paths)
  if (vm === undefined) return undefined
  if (isOurs(vm.properties, order)) return vm
  if (vm.properties['config.instanceUuid'] === undefined) {
    throw new VcenterFault('vcenterBusy', `${order.vmName} is being created`)
  }
  if (hasOurMarker(vm.properties, order)) throw otherUuid(vm, order)
  return undefined
}

/** As findOurVm; no VM is `vmVanished`. */
export async function ourVm(
  connection: VcenterConnection,
  identity: VmIdentity,
  paths: readonly string[] = [],
): Promise<FoundVm> {
  const vm = await findOurVm(connection, identity, paths)
  if (vm === undefined) throw new VcenterFault('vmVanished', `no VM has the instanceUuid ${identity.requestId}`)
  return vm
}

/** The VMs that exist, with identity and `paths`. */
export async function readVms(
  { client }: VcenterConnection,
  moids: readonly string[],
  paths: readonly string[],
): Promise<FoundVm[]> {
  const all = [...identityPaths, ...paths]
  const found = await readProperties(
    client,
    moids.map((moid) => ({ obj: vmRef(moid), paths: all })),
  )
  return moids.flatMap((moid) => {
    const properties = found.get(morefKey(vmRef(moid)))
    return properties === undefined ? [] : [{ moid, properties }]
  })
}

function refuseOtherInstallation({ installationId }: VcenterConnection, identity: VmIdentity): void {
  if (installationId === undefined || installationId === identity.installationId) return
  throw new VcenterFault('notOurs', `this agent acts for ${installationId} only`)
}

/** Made for this request, but vCenter or somebody gave it another uuid. */
export const otherUuid = ({ moid, properties }: FoundVm, { requestId }: VmIdentity): VcenterFault =>
  new VcenterFault(
    'notOurs',
    `${String(properties['name'])} (${moid}) was made for this request, but its instanceUuid is ` +
      `${String(properties['config.instanceUuid'])}; give it ${requestId} again, or remove the VM`,
  )

/** It was this request's VM, by its name perhaps still is; by marker and uuid nobody can tell any more. */
const unrecognizable = ({ moid, properties }: FoundVm, { requestId }: VmIdentity): VcenterFault =>
  new VcenterFault(
    'notOurs',
    `${String(properties['name'] ?? moid)} (${moid}) is where this request's VM was, but has neither its instanceUuid nor its ` +
      `marker; if it is that VM, give it ${requestId} and the marker again; if it is another one, rename it`,
  )

function foreign(vms: FoundVm[]): VcenterFault {
  const names = vms.map(({ moid, properties }) => `${String(properties['name'])} (${moid})`).join(', ')
  return new VcenterFault('notOurs', vms.length > 1 ? `several VMs have this instanceUuid: ${names}` : names)
}
