import type { Instant } from '@berth/domain/instant.ts'
import { canonicalText } from '@berth/domain/specification.ts'
import { sha256 } from './sha256.ts'
import type { Queryable } from './transaction.ts'

/** What the client sent: its key, where, and the whole body. */
export interface IdempotencyKey {
  key: string
  route: string
  body: unknown
}

/** True if the key was free; it then stands for what is made, a VM request or an access token. Waits while another transaction has it. */
export async function takeKey(
  client: Queryable,
  userId: string,
  { key, route, body }: IdempotencyKey,
  madeId: string,
  at: Instant,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `insert into idempotency_keys (user_id, key, route, body_hash, request_id, created_at) values ($1, $2, $3, $4, $5, $6)
     on conflict do nothing`,
    [userId, key, route, sha256(canonicalText(body)), madeId, at],
  )
  return rowCount === 1
}

/** What the key made, or that it was sent with another body. */
export async function madeByKey(
  client: Queryable,
  userId: string,
  { key, route, body }: IdempotencyKey,
): Promise<{ madeId: string } | 'otherBody'> {
  const { rows } = await client.query<{ body_hash: string; request_id: string }>(
    'select body_hash, request_id from idempotency_keys where user_id = $1 and key = $2 and route = $3',
    [userId, key, route],
  )
  const row = rows[0]
  if (row === undefined) throw new Error('an idempotency key vanished')
  return row.body_hash === sha256(canonicalText(body)) ? { madeId: row.request_id } : 'otherBody'
}
