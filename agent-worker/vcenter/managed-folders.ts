import { findByInventoryPath } from './inventory.ts'
import type { ManagedObjectReference } from './managed-object.ts'
import type { VcenterConnection } from './vcenter-connection.ts'

/** The folders that are there, by path; those known from before cost no call, and may have been renamed since. */
export async function findManagedFolders(
  { client, managedFolders }: VcenterConnection,
  paths: readonly string[],
): Promise<Map<string, ManagedObjectReference>> {
  const found = new Map<string, ManagedObjectReference>()
  for (const path of paths) {
    const folder = managedFolders.get(path) ?? (await findByInventoryPath(client, path))
    if (folder?.type !== 'Folder') continue
    managedFolders.set(path, folder)
    found.set(path, folder)
  }
  return found
}

export const isStillNamed = (path: string, name: unknown): boolean =>
  String(name).toLowerCase() === path.slice(path.lastIndexOf('/') + 1).toLowerCase()
