import type { Instant } from '@berth/domain/instant.ts'
import type { AppliedMessage } from '@berth/domain/applied-message.ts'
import type { Queryable } from './transaction.ts'
import { withoutNulls } from './without-nulls.ts'

/** As many as a run can be asked about again. */
const remembered = 100

/** What a message did, beside the audit entry that says it. */
export async function addAppliedMessage(
  client: Queryable,
  requestId: string,
  { id, answer, asked }: AppliedMessage,
  { seq, at }: { seq: number; at: Instant },
): Promise<void> {
  await client.query(
    `insert into applied_messages (request_id, message_id, audit_seq, answer, asked, applied_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (request_id, message_id) do nothing`,
    [requestId, id, seq, JSON.stringify(answer), asked ?? null, at],
  )
}

export async function wasApplied(client: Queryable, requestId: string, messageId: string): Promise<boolean> {
  const { rowCount } = await client.query('select 1 from applied_messages where request_id = $1 and message_id = $2', [
    requestId,
    messageId,
  ])
  return rowCount !== 0
}

/** The last ones, oldest first. */
export async function appliedMessagesOf(client: Queryable, requestId: string): Promise<AppliedMessage[]> {
  const { rows } = await client.query<Omit<AppliedMessage, 'asked'> & { asked: string | null }>(
    `select message_id as id, answer, asked from applied_messages where request_id = $1 order by audit_seq desc limit $2`,
    [requestId, remembered],
  )
  return rows.map(withoutNulls).reverse()
}
