import type { Properties } from './read-properties.ts'

/** A VM as vCenter answered for it. */
export interface FoundVm {
  moid: string
  /** The identity, and the paths that were asked for. */
  properties: Properties
}

/** A VM that was ours when it was powered on, and that the stream of changes has reported on ever since. */
export interface StartedVm {
  vm: FoundVm
  stopWatching(): void
}
