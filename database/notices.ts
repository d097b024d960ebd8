import { instantOf, secondsBetween, type Instant } from '@berth/domain/instant.ts'
import type { NoticeAudience, NoticeEvent, NoticeOrder, PendingNotice } from '@berth/domain/notice.ts'
import type { Database } from './connect.ts'
import { addNotices, noticeContext } from './notice-rows.ts'
import { noticeText } from './notice-text.ts'
import { transaction, type Queryable } from './transaction.ts'
import { readRequest } from './vm-request-row.ts'

/** These gate an act: they stay pending until somebody was told, or it has happened. The others are given up after a day. */
const gating: readonly NoticeEvent[] = ['leaseEnding', 'destructionNear', 'vmReleased']
const tryForSeconds = 86_400

interface PendingRow {
  id: string
  recipient: string
}

/** What nobody accepted yet of these orders, in the words that are true now. Adds the rows that are missing. */
export const noticesToDeliver = async (
  database: Database,
  requestId: string,
  orders: NoticeOrder[],
): Promise<PendingNotice[]> =>
  (await justWritten(database, requestId, orders)) ?? writtenAnew(database, requestId, orders)

interface WrittenRow extends PendingRow {
  event: NoticeEvent
  audience: NoticeAudience
  grant_number: number
  stage: string
  subject: string
  text: string
  state: string
}

/** Says until when it holds, counted from when it is said. */
const isTimed = ({ event }: NoticeOrder): boolean => event === 'vmReleased'

/** By the last transition of the request: their words are still true. Undefined when one is older, or missing. */
async function justWritten(
  { pool }: Database,
  requestId: string,
  orders: readonly NoticeOrder[],
): Promise<PendingNotice[] | undefined> {
  if (orders.some(isTimed)) return undefined
  const { rows } = await pool.query<WrittenRow>(
    `select id, recipient, event, audience, grant_number, stage, subject, text, state from notices
     where request_id = $1 and channel = 'mail'
       and created_at = (select max(at) from audit_entries where request_id = $1)`,
    [requestId],
  )
  const isOf = (order: NoticeOrder) => (row: WrittenRow) =>
    row.event === order.event &&
    row.audience === order.audience &&
    row.grant_number === order.grantNumber &&
    row.stage === order.stage
  if (!orders.every((order) => rows.some(isOf(order)))) return undefined
  return rows
    .filter((row) => row.state === 'pending' && orders.some((order) => isOf(order)(row)))
    .map(({ id, recipient, subject, text }) => ({ id, channel: 'mail', recipient, subject, text }))
}

const writtenAnew = (database: Database, requestId: string, orders: NoticeOrder[]): Promise<PendingNotice[]> =>
  transaction(database.pool, async (client) => {
    const request = await readRequest(client, requestId)
    await addNotices(client, request, orders, instantOf(Date.now()), database.publicUrl)
    const context = await noticeContext(client, request)
    const pending: PendingNotice[] = []
    for (const order of orders) {
      const words = noticeText(request, context, order, database.publicUrl)
      const { rows } = await client.query<PendingRow>(
        `update notices set subject = $5, text = $6
         where request_id = $1 and event = $2 and grant_number = $3 and stage = $4 and audience = $7
           and channel = 'mail' and state = 'pending'
         returning id, recipient`,
        [requestId, order.event, order.grantNumber, order.stage, words.subject, words.text, order.audience],
      )
      pending.push(...rows.map(({ id, recipient }) => ({ id, channel: 'mail' as const, recipient, ...words })))
    }
    return pending
  })

/**
 * Answers when it was delivered: the first time, if it is said again. Earlier warnings that never got that far are overtaken:
 * nobody sends them any more.
 */
export async function noticeDelivered({ pool }: Database, noticeId: string, receipt: string): Promise<Instant> {
  const { rows } = await pool.query<{ delivered_at: Instant }>(
    `with delivered as (
       update notices set
         attempts = attempts + case when state = 'delivered' then 0 else 1 end,
         receipt = coalesce(receipt, $2), delivered_at = coalesce(delivered_at, $3), last_error = null, state = 'delivered'
       where id = $1 returning *
     ), overtaken as (
       update notices earlier set state = 'overtaken' from delivered
       where earlier.request_id = delivered.request_id and earlier.event = delivered.event
         and earlier.recipient = delivered.recipient and earlier.channel = delivered.channel
         and earlier.event = any ($4) and earlier.state = 'pending' and earlier.created_at < delivered.created_at
     )
     select delivered_at from delivered`,
    [noticeId, receipt, instantOf(Date.now()), gating],
  )
  const row = rows[0]
  if (row === undefined) throw new Error(`there is no notice ${noticeId}`)
  return row.delivered_at
}

/**
 * Nobody warns of it any more: it has happened or cannot happen, as when the request has ended. With `beforeGrant`, only of
 * the earlier ends of a lease that was extended.
 */
export async function overtakeWarnings(client: Queryable, requestId: string, beforeGrant?: number): Promise<void> {
  await client.query(
    `update notices set state = 'overtaken'
     where request_id = $1 and state = 'pending' and event = any ($2) and ($3::int is null or grant_number < $3)`,
    [requestId, gating, beforeGrant ?? null],
  )
}

export const noticeFailed = ({ pool }: Database, noticeId: string, error: string): Promise<void> =>
  transaction(pool, async (client) => {
    const { rows } = await client.query<{ event: NoticeEvent; created_at: Instant }>(
      `update notices set attempts = attempts + 1, last_error = $2 where id = $1 and state = 'pending' returning event, created_at`,
      [noticeId, error.slice(0, 2_000)],
    )
    const row = rows[0]
    if (row === undefined || gating.includes(row.event)) return
    if (secondsBetween(row.created_at, instantOf(Date.now())) > tryForSeconds)
      await client.query(`update notices set state = 'undelivered' where id = $1`, [noticeId])
  })

interface DeliveryRow {
  event: NoticeEvent
  grant_number: number
  stage: string
  delivered_at: Instant
}

/** The earliest delivery of each order, if it reached anybody. */
export async function deliveriesOf(
  { pool }: Database,
  requestId: string,
  orders: NoticeOrder[],
): Promise<{ order: NoticeOrder; deliveredAt: Instant }[]> {
  const { rows } = await pool.query<DeliveryRow>(
    `select event, grant_number, stage, min(delivered_at) as delivered_at
     from notices where request_id = $1 and state = 'delivered' group by event, grant_number, stage`,
    [requestId],
  )
  return orders.flatMap((order) => {
    const delivery = rows.find(
      ({ event, grant_number, stage }) =>
        event === order.event && grant_number === order.grantNumber && stage === order.stage,
    )
    return delivery === undefined ? [] : [{ order, deliveredAt: delivery.delivered_at }]
  })
}
