/** Where a VM may be built, and where it is built. Paths are vSphere inventory paths; moids come from the agent. */

/** What a catalog item allows. */
export interface PlacementRules {
  templatePath: string
  folderPath: string
  resourcePoolPath: string
  /** Other pools, which an operator may choose for a retry. */
  alternativeResourcePoolPaths?: string[]
  /** Datastore names, any of which may be used. */
  datastores: string[]
  /** Network names, the first of which is used; an operator may choose another for a retry. */
  networks: string[]
}

export interface DatastoreSpace {
  name: string
  moid: string
  capacityGiB: number
  freeGiB: number
}

/** What the agent found for the rules. */
export interface PlacementFindings {
  templateMoid: string
  /** The size of the template's first disk: a clone is never smaller. */
  templateDiskGiB: number
  folderMoid: string
  resourcePoolMoid: string
  networkName: string
  networkMoid: string
  datastores: DatastoreSpace[]
}

/** The one choice that the clone is made with. */
export interface Placement {
  templateMoid: string
  folderMoid: string
  resourcePoolMoid: string
  networkName: string
  networkMoid: string
  datastoreName: string
  datastoreMoid: string
  /** Space reserved on the datastore until hand-over or undo. */
  reservedGiB: number
  /** An operator sent the request back to `place`: it serves no clone any more, but one may be under way there. */
  replaced?: true
}

/** The datastore with the most free space after the reservations of clones under way, or undefined if none fits. */
export function chooseDatastore(
  datastores: readonly DatastoreSpace[],
  neededGiB: number,
  reservedGiB: ReadonlyMap<string, number>,
): DatastoreSpace | undefined {
  const left = (datastore: DatastoreSpace) => datastore.freeGiB - (reservedGiB.get(datastore.moid) ?? 0)
  return datastores
    .filter((datastore) => left(datastore) >= neededGiB)
    .sort((a, b) => left(b) - left(a) || (a.name < b.name ? -1 : 1))[0]
}
