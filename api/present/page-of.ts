import { Problem } from '../problems.ts'

interface PageQuery {
  cursor?: string
  limit: number
}

/** A page of a list that is short enough to be read whole; the cursor is an offset that clients do not interpret. */
export function pageOf<Item>(
  all: readonly Item[],
  { cursor, limit }: PageQuery,
): { items: Item[]; nextCursor: string | null } {
  const start = cursor === undefined ? 0 : Number(cursor)
  if (!Number.isSafeInteger(start) || start < 0) throw unknownCursor()
  const end = start + limit
  return { items: all.slice(start, end), nextCursor: end < all.length ? String(end) : null }
}

export const unknownCursor = (): Problem =>
  Problem.malformed([{ path: 'query.cursor', message: 'is not a cursor of this list' }])
