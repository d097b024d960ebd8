import type { VmRequest } from '@berth/contract/vm-request.ts'

/** What tells which of two texts of a request is the later one. */
type Versioned = Pick<VmRequest, 'id' | 'version' | 'steps'>

/** Percent of the step under way: the one thing that moves without a new version. */
const progressOf = ({ steps }: Versioned): number | undefined =>
  steps.find(({ state }) => state === 'running')?.progress

/** Answers and events overtake each other; the higher version is the truth, and one that was seen changes nothing on the page. */
export function newest<T extends Versioned>(known: T | undefined, came: T): T {
  if (known === undefined || came.version > known.version) return came
  const progress = progressOf(came)
  const moved = came.version === known.version && progress !== undefined && progress !== progressOf(known)
  return moved ? came : known
}

/** The list with the newer request in its place; the same list if nothing is newer, undefined if it is not in it. */
export function withNewest<T extends Versioned>(items: readonly T[], came: T): readonly T[] | undefined {
  const index = items.findIndex(({ id }) => id === came.id)
  const known = items[index]
  if (known === undefined) return undefined
  return newest(known, came) === known ? items : items.with(index, came)
}
