import { findAllByInstanceUuid } from './inventory.ts'
import { lookAtVms } from './look-at-vms.ts'
import type { Properties } from './read-properties.ts'
import type { VcenterConnection } from './vcenter-connection.ts'

/** So many are looked up one by one outside the managed folders; more are found by listing all that vCenter has. */
const mostLookUps = 20

/** A VM that is nowhere is asked for again so rarely: one that comes back into a managed folder is seen at once. */
const askAgainMilliseconds = 600_000

/** Of these instanceUuids, the VMs that lie outside the managed folders. */
export async function missedVms(connection: VcenterConnection, uuids: ReadonlySet<string>) {
  const { askedFor } = connection
  const now = performance.now()
  for (const uuid of [...askedFor.keys()]) if (!uuids.has(uuid)) askedFor.delete(uuid)
  const asking = new Set([...uuids].filter((uuid) => now - (askedFor.get(uuid) ?? -Infinity) >= askAgainMilliseconds))
  const seen = asking.size > mostLookUps ? await all(connection) : await byUuid(connection, [...asking])
  for (const uuid of asking) askedFor.set(uuid, now)
  return new Map([...seen].filter(([, properties]) => asking.has(uuidOf(properties))))
}

/** In lower case; empty while the VM has no configuration yet. */
export const uuidOf = (properties: Properties): string => String(properties['config.instanceUuid'] ?? '').toLowerCase()

async function all({ client }: VcenterConnection): Promise<Map<string, Properties>> {
  const { rootFolder } = await client.serviceContent()
  return (await lookAtVms(client, { folders: [rootFolder] })).vms
}

async function byUuid({ client }: VcenterConnection, uuids: readonly string[]): Promise<Map<string, Properties>> {
  const found = await Promise.all(uuids.map((uuid) => findAllByInstanceUuid(client, uuid)))
  return (await lookAtVms(client, { vms: found.flat() })).vms
}
