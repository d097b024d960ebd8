/** How many clones a site bears at a time. Every agent of it is set to the same, and they share it. */
export interface CloneBounds {
  /** In flight at its vCenter. */
  slots: number
  /** Onto each of its datastores. */
  perDatastore: number
}

/**
 * What one of the agents that live may have in flight, so that together they keep the bounds. Where there are more agents
 * than a bound allows clones, those that come last by name have none: one alone would break it.
 */
export function shareOf(bounds: CloneBounds, agents: readonly string[], own: string): CloneBounds {
  const cloning = agents.toSorted().slice(0, Math.min(bounds.slots, bounds.perDatastore))
  const place = cloning.indexOf(own)
  if (place < 0) return { slots: 0, perDatastore: 0 }
  const part = (whole: number) => Math.floor(whole / cloning.length) + (place < whole % cloning.length ? 1 : 0)
  return { slots: part(bounds.slots), perDatastore: part(bounds.perDatastore) }
}

/** The share, less what the others have not yet come down from. */
export function shareNow(
  bounds: CloneBounds,
  { living, usedByOthers }: { living: readonly string[]; usedByOthers: number },
  own: string,
): CloneBounds {
  const share = shareOf(bounds, living, own)
  return { ...share, slots: Math.max(0, Math.min(share.slots, bounds.slots - usedByOthers)) }
}

const sign = /^berth-clones-(\d+)-of-which-(\d+)-per-datastore$/

/** Temporal's heartbeats of workers have no field for a bound that is shared, but one for the names of plugins. */
export const boundsSign = ({ slots, perDatastore }: CloneBounds): string =>
  `berth-clones-${slots}-of-which-${perDatastore}-per-datastore`

export function boundsIn(signs: readonly string[]): CloneBounds | undefined {
  const [slots, perDatastore] = signs.flatMap((text) => sign.exec(text)?.slice(1).map(Number) ?? [])
  return slots === undefined || perDatastore === undefined ? undefined : { slots, perDatastore }
}
