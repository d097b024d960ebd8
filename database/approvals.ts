import type { Database } from './connect.ts'
import type { Page } from './page.ts'
import { vmRequestsOf } from './vm-requests.ts'
import type { ApprovalView, VmRequestView } from './vm-request-view.ts'

export interface ApprovalItem {
  approval: ApprovalView
  request: VmRequestView
}

/** `userId: 'all'`: whoever may decide. */
export interface ApprovalFilter {
  userId: string | 'all'
  kind: 'waiting' | 'decided'
}

/** Waiting: what this user may decide now, oldest first. Decided: what this user has decided, latest first. */
export async function listApprovals(
  database: Database,
  filter: ApprovalFilter,
  { cursor, limit }: { cursor?: string; limit: number },
): Promise<Page<ApprovalItem> | undefined> {
  const offset = cursor === undefined ? 0 : Number(cursor)
  if (!Number.isInteger(offset) || offset < 0) return undefined
  const rows = await approvalIds(database, filter, offset, limit + 1)
  const shown = rows.slice(0, limit)
  const requests = await vmRequestsOf(
    database,
    shown.map(({ requestId }) => requestId),
    {},
    'all',
  )
  const items = shown.flatMap(({ id, requestId }) => {
    const request = requests.find((candidate) => candidate.id === requestId)
    const approval = request?.approvals.find((candidate) => candidate.id === id)
    return request === undefined || approval === undefined ? [] : [{ approval, request }]
  })
  return { items, nextCursor: rows.length > limit ? String(offset + limit) : null }
}

interface Id {
  id: string
  requestId: string
}

/** A request that ended takes its open decision with it; one on hold is decided after the hold. */
const waiting = `a.opened_at is not null and a.decision is null and r.closed_at is null
  and ($1 = 'all' or ($1 = any (a.approvers) and $1 not in (r.owner_id, r.requester_id)))`
const decided = `a.decision is not null and ($1 = 'all' or a.decided_by = $1)`

async function approvalIds(
  { pool }: Database,
  { userId, kind }: ApprovalFilter,
  offset: number,
  limit: number,
): Promise<Id[]> {
  const { rows } = await pool.query<Id>(
    `select a.id, a.request_id as "requestId" from approvals a join vm_requests r on r.id = a.request_id
     where ${kind === 'waiting' ? waiting : decided}
     order by ${kind === 'waiting' ? 'a.opened_at, a.id' : 'a.decided_at desc, a.id'} offset $2 limit $3`,
    [userId, offset, limit],
  )
  return rows
}

export interface RequestCounts {
  total: number
  open: number
  declined: number
}

/** How many requests this person has made: what an approver likes to know. */
export async function requestCountsOf({ pool }: Database, ownerId: string): Promise<RequestCounts> {
  const { rows } = await pool.query<RequestCounts>(
    `select count(*)::int as total, (count(*) filter (where closed_at is null))::int as open,
            (count(*) filter (where state = 'declined'))::int as declined
     from vm_requests where owner_id = $1`,
    [ownerId],
  )
  return rows[0] ?? { total: 0, open: 0, declined: 0 }
}
