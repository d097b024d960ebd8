import { randomBytes, randomUUID } from 'node:crypto'
import { addSeconds, instantOf, type Instant } from '@berth/domain/instant.ts'
import { auditSystem } from './audit.ts'
import type { Database } from './connect.ts'
import { isUuid } from './is-uuid.ts'
import { sha256 } from './sha256.ts'
import { transaction, type Queryable } from './transaction.ts'
import { withoutNulls } from './without-nulls.ts'

export interface AccessToken {
  id: string
  name: string
  createdAt: Instant
  expiresAt?: Instant
  lastUsedAt?: Instant
}

export interface NewAccessToken {
  userId: string
  name: string
  /** Absent: it does not expire. */
  expiresInSeconds?: number
  /** Only for tokens that somebody else must know, as those of a demo; absent: random. */
  token?: string
}

const columns = `id, name, created_at as "createdAt", expires_at as "expiresAt", last_used_at as "lastUsedAt"`

interface Row {
  id: string
  name: string
  createdAt: Instant
  expiresAt: Instant | null
  lastUsedAt: Instant | null
}

/** The token is answered this once: only its hash is stored. */
export const createAccessToken = (
  database: Database,
  order: NewAccessToken,
): Promise<AccessToken & { token: string }> =>
  transaction(database.pool, async (client) => {
    const token = order.token ?? `berth_pat_${randomBytes(32).toString('base64url')}`
    const now = instantOf(Date.now())
    const expiresAt = order.expiresInSeconds === undefined ? null : addSeconds(now, order.expiresInSeconds)
    const row = await insert(client, order, sha256(token), now, expiresAt)
    await auditSystem(client, {
      at: now,
      by: order.userId,
      event: 'tokenCreated',
      detail: { tokenId: row.id, name: row.name },
    })
    return { ...withoutNulls(row), token }
  })

/** The same token again is the same row: a demo started twice keeps its tokens. */
async function insert(
  client: Queryable,
  order: NewAccessToken,
  hash: string,
  now: Instant,
  expiresAt: Instant | null,
): Promise<Row> {
  const { rows } = await client.query<Row>(
    `insert into access_tokens (id, user_id, name, token_hash, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (token_hash) do update set expires_at = excluded.expires_at, revoked_at = null
     where access_tokens.user_id = excluded.user_id returning ${columns}`,
    [randomUUID(), order.userId, order.name, hash, now, expiresAt],
  )
  const row = rows[0]
  if (row === undefined) throw new Error('this access token belongs to somebody else')
  return row
}

/** Whose token it is, if it is valid now. Remembers that it was used, to the minute. */
export async function userOfToken({ pool }: Database, token: string): Promise<string | undefined> {
  const { rows } = await pool.query<{ id: string; user_id: string; stale: boolean }>(
    `select id, user_id, last_used_at is null or last_used_at < now() - interval '1 minute' as stale
     from access_tokens where token_hash = $1 and revoked_at is null and (expires_at is null or expires_at > now())`,
    [sha256(token)],
  )
  const row = rows[0]
  if (row?.stale) await pool.query('update access_tokens set last_used_at = now() where id = $1', [row.id])
  return row?.user_id
}

/** Valid ones, newest first. */
export async function tokensOf({ pool }: Database, userId: string): Promise<AccessToken[]> {
  const { rows } = await pool.query<Row>(
    `select ${columns} from access_tokens
     where user_id = $1 and revoked_at is null and (expires_at is null or expires_at > now()) order by created_at desc, id`,
    [userId],
  )
  return rows.map(withoutNulls)
}

/** False if this user has no such token. */
export const revokeToken = (database: Database, userId: string, tokenId: string): Promise<boolean> =>
  transaction(database.pool, async (client) => {
    if (!isUuid(tokenId)) return false
    const { rowCount } = await client.query(
      'update access_tokens set revoked_at = now() where id = $1 and user_id = $2 and revoked_at is null',
      [tokenId, userId],
    )
    if (rowCount !== 1) return false
    await auditSystem(client, { at: instantOf(Date.now()), by: userId, event: 'tokenRevoked', detail: { tokenId } })
    return true
  })
