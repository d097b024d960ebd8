import { isUuid } from './is-uuid.ts'

/** One page of a list; `nextCursor` fetches the next one. */
export interface Page<T> {
  items: T[]
  nextCursor: string | null
}

/** Where a list newest first goes on: after this row. */
export interface Position {
  at: string
  id: string
}

export const cursorOf = ({ at, id }: Position): string => Buffer.from(`${at} ${id}`).toString('base64url')

const shape = /^((?:19|20)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

/** undefined: nobody was given this cursor by us. */
export function positionOf(cursor: string): Position | undefined {
  const [, at, id] = shape.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  return at === undefined || id === undefined || Number.isNaN(Date.parse(at)) || !isUuid(id) ? undefined : { at, id }
}
