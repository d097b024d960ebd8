import { findingMeanings } from '@berth/domain/finding.ts'
import type { Instant } from '@berth/domain/instant.ts'
import type { NoticeAudience, NoticeOrder } from '@berth/domain/notice.ts'
import { berthItself } from '@berth/domain/transition.ts'
import { appendToRequest } from './audit.ts'
import type { Database } from './connect.ts'
import { addNotices } from './notice-rows.ts'
import { transaction } from './transaction.ts'
import { lockRequest, updateRequest } from './vm-request-row.ts'

/**
 * Orders the notices that a request's VM is gone, and says it in its history: once for each time that it goes, whoever is
 * faster. A request that has ended meanwhile has no VM to miss.
 */
export const tellVanished = (database: Database, requestId: string, at: Instant): Promise<void> =>
  transaction(database.pool, async (client) => {
    const request = await lockRequest(client, requestId)
    if (request.state === 'retiring' || !request.name_held) return
    const { rows } = await client.query<{ since: Instant }>(
      `update findings set told_at = $2
       where request_id = $1 and kind = 'vanished' and resolved_at is null and told_at is null and seen_count >= $3
       returning first_seen_at as since`,
      [requestId, at, findingMeanings.vanished.runs],
    )
    const since = rows[0]?.since
    if (since === undefined) return
    const head = await appendToRequest(client, request, { at, by: berthItself, event: 'vmGone', detail: { since } })
    const changed = await updateRequest(client, requestId, head ?? {})
    const orders = (['owner', 'operators'] as const).map((audience) => orderFor(audience, changed.grant_number, since))
    await addNotices(client, changed, orders, at, database.publicUrl)
  })

/** One occurrence is one stage: a VM that is back and goes again is told again. */
const orderFor = (audience: NoticeAudience, grantNumber: number, since: Instant): NoticeOrder => ({
  event: 'vmVanished',
  audience,
  grantNumber,
  stage: since,
})

/** Of findings that are still open: what is over needs no mail. */
export async function pendingFindingNotices(
  { pool }: Database,
  siteId: string,
): Promise<{ requestId: string; orders: NoticeOrder[] }[]> {
  const { rows } = await pool.query<NoticeOrder & { requestId: string }>(
    `select distinct n.request_id as "requestId", n.event, n.audience, n.grant_number as "grantNumber", n.stage
     from findings f join notices n on n.request_id = f.request_id
     where f.site_id = $1 and f.kind = 'vanished' and f.resolved_at is null and f.told_at is not null
       and n.event = 'vmVanished' and n.state = 'pending'`,
    [siteId],
  )
  return [...Map.groupBy(rows, ({ requestId }) => requestId)].map(([requestId, orders]) => ({
    requestId,
    orders: orders.map(({ requestId: _, ...order }) => order),
  }))
}
