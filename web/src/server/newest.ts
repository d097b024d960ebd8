/** Anything that carries the version of its row. */
interface Versioned {
  id: string
  version: number
}

/** Answers and events overtake each other; the higher version is the truth, and an equal one changes nothing on the page. */
export const newest = <T extends Versioned>(known: T | undefined, came: T): T =>
  known !== undefined && known.version >= came.version ? known : came

/** The list with the newer request in its place; the same list if nothing is newer, undefined if it is not in it. */
export function withNewest<T extends Versioned>(items: readonly T[], came: T): readonly T[] | undefined {
  const index = items.findIndex(({ id }) => id === came.id)
  const known = items[index]
  if (known === undefined) return undefined
  return newest(known, came) === known ? items : items.with(index, came)
}
