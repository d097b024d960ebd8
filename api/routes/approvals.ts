import type { ApprovalItem as PresentedItem } from '@berth/contract/approval-list.ts'
import { listApprovals, requestCountsOf, type ApprovalItem } from '@berth/database/approvals.ts'
import { quotasOf } from '@berth/database/quotas.ts'
import type { VmRequestView } from '@berth/database/vm-request-view.ts'
import { addSeconds } from '@berth/domain/instant.ts'
import { quotaOf, type QuotaLine } from '@berth/domain/quota.ts'
import type { Caller } from '../caller.ts'
import type { ApiDependencies } from '../dependencies.ts'
import type { Handlers } from '../http/endpoint-router.ts'
import { unknownCursor } from '../present/page-of.ts'
import { presentApproval, presentVmRequest } from '../present/present-vm-request.ts'
import { beholderOf } from '../present/read-vm-request.ts'

/** What waits for the caller's decision, and what the caller decided: nobody else's. */
export const approvalRoutes = (dependencies: ApiDependencies): Pick<Handlers, 'listApprovals'> => ({
  async listApprovals({ caller, query }) {
    const { database } = dependencies
    const position = query.cursor === undefined ? { limit: query.limit } : { limit: query.limit, cursor: query.cursor }
    if (query.cursor !== undefined && !/^\d{1,9}$/.test(query.cursor)) throw unknownCursor()
    const kind = query.decidedBy === 'me' ? 'decided' : 'waiting'
    const page = await listApprovals(database, { userId: caller.userId, kind }, position)
    if (page === undefined) throw unknownCursor()
    const items = await Promise.all(page.items.map((item) => present(dependencies, caller, item)))
    return { status: 200, body: { ...page, items } }
  },
})

/** With what one needs to know to decide. */
async function present(
  dependencies: ApiDependencies,
  caller: Caller,
  { approval, request }: ApprovalItem,
): Promise<PresentedItem> {
  const { database } = dependencies
  const [counts, [team]] = await Promise.all([
    requestCountsOf(database, request.ownerId),
    quotasOf(database, [request.teamId]),
  ])
  const waits = approval.openedAt !== undefined && approval.decision === undefined
  return {
    approval: presentApproval(approval),
    request: presentVmRequest(request, beholderOf(dependencies, caller)),
    quota: (team?.lines ?? []).map((line) => withRequest(line, request)),
    ownersRequests: counts,
    ...(waits && { lapsesAt: addSeconds(approval.openedAt ?? '', request.policy.approvalLapseSeconds) }),
  }
}

/** Its share is held from the start, so it is taken out of what is used. */
function withRequest(line: QuotaLine, { size, closedAt }: VmRequestView): QuotaLine {
  const requested = quotaOf(size)[line.resource]
  return { ...line, requested, used: closedAt === undefined ? line.used - requested : line.used }
}
