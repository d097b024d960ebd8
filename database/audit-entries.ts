import type { Instant } from '@berth/domain/instant.ts'
import type { Database } from './connect.ts'
import type { Prisma } from './generated/client.ts'
import type { Page } from './page.ts'
import { displayNames } from './users.ts'
import { visible, type Visibility } from './visibility.ts'
import { withoutNulls } from './without-nulls.ts'

export interface AuditEntryView {
  id: string
  chain: string
  seq: number
  requestId?: string
  vmName?: string
  at: Instant
  by: string
  byName: string
  event: string
  reason?: string
  detail: Record<string, unknown>
  prevHash: string
  hash: string
}

export interface AuditFilter {
  requestId?: string
  by?: string
  event?: string
  from?: Instant
  to?: Instant
}

/** Newest first. Who may not see all sees the entries of visible requests only. A cursor that nobody was given answers undefined. */
export async function listAudit(
  database: Database,
  filter: AuditFilter,
  visibility: Visibility,
  { cursor, limit }: { cursor?: string; limit: number },
): Promise<Page<AuditEntryView> | undefined> {
  if (cursor !== undefined && !/^\d{1,9}$/.test(cursor)) return undefined
  const rows = await database.prisma.auditEntry.findMany({
    where: { AND: [matching(filter), mayRead(visibility), cursor === undefined ? {} : { id: { lt: Number(cursor) } }] },
    include: { request: { select: { vmName: true } } },
    orderBy: { id: 'desc' },
    take: limit + 1,
  })
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const names = await displayNames(
    database,
    shown.map(({ by }) => by),
  )
  return {
    items: shown.map((row) => ({
      id: String(row.id),
      chain: row.chain,
      seq: row.seq,
      at: row.at.toISOString(),
      by: row.by,
      byName: names.get(row.by) ?? (row.by === 'berth' ? 'Berth' : row.by),
      event: row.event,
      detail: row.detail as Record<string, unknown>,
      prevHash: row.prevHash,
      hash: row.hash,
      ...withoutNulls({ requestId: row.requestId, vmName: row.request?.vmName ?? null, reason: row.reason }),
    })),
    nextCursor: rows.length > limit && last !== undefined ? String(last.id) : null,
  }
}

function matching({ requestId, by, event, from, to }: AuditFilter): Prisma.AuditEntryWhereInput {
  return {
    ...(requestId !== undefined && { requestId }),
    ...(by !== undefined && { by }),
    ...(event !== undefined && { event }),
    at: { ...(from !== undefined && { gte: from }), ...(to !== undefined && { lte: to }) },
  }
}

const mayRead = (visibility: Visibility): Prisma.AuditEntryWhereInput =>
  visibility === 'all' ? {} : { request: { is: visible(visibility) } }
