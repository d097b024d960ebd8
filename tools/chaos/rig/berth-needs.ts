/** What a drill's Berth is like. */
export interface BerthNeeds {
  /** VMs of strangers at each site. */
  inventoryVms: number
  /** What a vCenter takes for one. */
  cloneSeconds: number
}
