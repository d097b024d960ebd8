import type { VmRequestState } from '@berth/domain/vm-request.ts'
import type { Database } from './connect.ts'
import type { Prisma } from './generated/client.ts'
import { isUuid } from './is-uuid.ts'
import { cursorOf, positionOf, type Page } from './page.ts'
import { displayNames } from './users.ts'
import { namedIn, viewed, viewOf, type ViewedRow, type VmRequestView } from './vm-request-view.ts'
import { visible, type Visibility } from './visibility.ts'

export interface VmRequestFilter {
  state?: readonly VmRequestState[]
  ownerId?: string
  teamId?: string
  siteId?: string
  /** Part of the VM's name, purpose, address, id or the owner's name. */
  q?: string
}

/** undefined: unknown, or not for these eyes. */
export async function findVmRequest(
  database: Database,
  id: string,
  visibility: Visibility,
): Promise<VmRequestView | undefined> {
  if (!isUuid(id)) return undefined
  const rows = await database.prisma.vmRequest.findMany({
    where: { AND: [{ id }, visible(visibility)] },
    include: viewed,
  })
  const [view] = await viewsOf(database, rows)
  return view
}

/** Newest first. A cursor that nobody was given answers undefined. */
export async function listVmRequests(
  database: Database,
  filter: VmRequestFilter,
  visibility: Visibility,
  { cursor, limit }: { cursor?: string; limit: number },
): Promise<Page<VmRequestView> | undefined> {
  const position = cursor === undefined ? undefined : positionOf(cursor)
  if (cursor !== undefined && position === undefined) return undefined
  const rows = await database.prisma.vmRequest.findMany({
    where: { AND: [matching(filter), visible(visibility), position === undefined ? {} : after(position)] },
    include: viewed,
    orderBy: [{ requestedAt: 'desc' }, { id: 'desc' }],
    take: limit + 1,
  })
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const more = rows.length > limit && last !== undefined
  return {
    items: await viewsOf(database, shown),
    nextCursor: more ? cursorOf({ at: last.requestedAt.toISOString(), id: last.id }) : null,
  }
}

/** Those of these requests that match and may be seen: what a live list needs of the ones that changed. */
export async function vmRequestsOf(
  database: Database,
  ids: readonly string[],
  filter: VmRequestFilter,
  visibility: Visibility,
): Promise<VmRequestView[]> {
  const rows = await database.prisma.vmRequest.findMany({
    where: { AND: [{ id: { in: [...ids] } }, matching(filter), visible(visibility)] },
    include: viewed,
    orderBy: [{ requestedAt: 'desc' }, { id: 'desc' }],
  })
  return viewsOf(database, rows)
}

/** The ids alone of those that match and may be seen. */
export async function vmRequestIds(
  database: Database,
  filter: VmRequestFilter,
  visibility: Visibility,
): Promise<string[]> {
  const rows = await database.prisma.vmRequest.findMany({
    where: { AND: [matching(filter), visible(visibility)] },
    select: { id: true },
  })
  return rows.map(({ id }) => id)
}

function matching({ state, ownerId, teamId, siteId, q }: VmRequestFilter): Prisma.VmRequestWhereInput {
  const contains = { contains: escapeLike(q ?? ''), mode: 'insensitive' as const }
  return {
    ...(state !== undefined && { state: { in: [...state] } }),
    ...(ownerId !== undefined && { ownerId }),
    ...(teamId !== undefined && { teamId }),
    ...(siteId !== undefined && { siteId }),
    ...(q !== undefined &&
      q !== '' && {
        OR: [
          { vmName: contains },
          { purpose: contains },
          { address: contains },
          { owner: { displayName: contains } },
          ...idIs(q),
        ],
      }),
  }
}

/** Prisma passes % and _ on as they are. */
const escapeLike = (text: string): string => text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)

const idIs = (text: string): Prisma.VmRequestWhereInput[] => (isUuid(text) ? [{ id: text.toLowerCase() }] : [])

const after = ({ at, id }: { at: string; id: string }): Prisma.VmRequestWhereInput => ({
  OR: [{ requestedAt: { lt: at } }, { requestedAt: at, id: { lt: id } }],
})

async function viewsOf(database: Database, rows: ViewedRow[]): Promise<VmRequestView[]> {
  if (rows.length === 0) return []
  const endedBy = await personsWhoEnded(database, rows)
  const names = await displayNames(database, [...rows.flatMap(namedIn), ...endedBy.values()])
  return rows.map((row) => viewOf(row, names, endedBy.get(row.id)))
}

/** By request: who released, cancelled, declined or gave it up. */
async function personsWhoEnded({ pool }: Database, rows: readonly ViewedRow[]): Promise<Map<string, string>> {
  const ended = rows.filter(({ closedAt, releasedAt }) => closedAt !== null || releasedAt !== null).map(({ id }) => id)
  if (ended.length === 0) return new Map()
  const found = await pool.query<{ request_id: string; by: string }>(
    `select distinct on (request_id) request_id, by from audit_entries
     where request_id = any ($1) and by <> 'berth'
       and (detail -> 'change' ? 'retireTo' or detail -> 'change' ->> 'intent' = 'release'
            or detail -> 'change' ->> 'state' in ('cancelled', 'declined', 'failed'))
     order by request_id, seq desc`,
    [ended],
  )
  return new Map(found.rows.map(({ request_id, by }) => [request_id, by]))
}
