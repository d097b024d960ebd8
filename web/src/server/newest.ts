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

/** What a call answered, unless an event has told more meanwhile: it may have been under way since before that. */
export function notOlder<T extends Versioned>(known: T | undefined, answered: T): T {
  if (known === undefined || known.id !== answered.id || answered.version > known.version) return answered
  if (answered.version < known.version) return known
  // A list does not know how far a step has come.
  return progressOf(answered) === undefined && progressOf(known) !== undefined ? known : answered
}

/** The same for a list: which entries it has, and in which order, is as it was answered. */
export const noneOlder = <T extends Versioned>(known: readonly T[], answered: readonly T[]): T[] =>
  answered.map((each) =>
    notOlder(
      known.find(({ id }) => id === each.id),
      each,
    ),
  )
