import { randomBytes, randomUUID } from 'node:crypto'
import { addSeconds, instantOf, type Instant } from '@berth/domain/instant.ts'
import { auditSystem } from './audit.ts'
import type { Database } from './connect.ts'
import { madeByKey, takeKey, type IdempotencyKey } from './idempotency.ts'
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

export interface RepeatableAccessToken extends Omit<NewAccessToken, 'token'> {
  idempotency: IdempotencyKey
  /** The secret of the token with this id: the same whenever it is asked. */
  secretOf(tokenId: string): string
}

export type CreateTokenOutcome =
  | { outcome: 'created'; replayed: boolean; token: AccessToken & { token: string } }
  | { outcome: 'idempotencyKeyReused' }
  | { outcome: 'idempotencyKeySpent' }

const replaySeconds = 3_600

const columns = `id, name, created_at as "createdAt", expires_at as "expiresAt", last_used_at as "lastUsedAt"`

interface Row {
  id: string
  name: string
  createdAt: Instant
  expiresAt: Instant | null
  lastUsedAt: Instant | null
}

/** The secret is answered this once: only its hash is stored. */
export const createAccessToken = (
  database: Database,
  order: NewAccessToken,
): Promise<AccessToken & { token: string }> =>
  transaction(database.pool, (client) =>
    create(client, randomUUID(), order, order.token ?? `berth_pat_${randomBytes(32).toString('base64url')}`),
  )

/** The same key with the same body answers the same token and secret, for an hour and while the token is good. */
export const createAccessTokenOnce = (database: Database, order: RepeatableAccessToken): Promise<CreateTokenOutcome> =>
  transaction(database.pool, async (client) => {
    const id = randomUUID()
    if (!(await takeKey(client, order.userId, order.idempotency, id, instantOf(Date.now()))))
      return replay(client, order)
    return { outcome: 'created', replayed: false, token: await create(client, id, order, order.secretOf(id)) }
  })

async function replay(client: Queryable, order: RepeatableAccessToken): Promise<CreateTokenOutcome> {
  const first = await madeByKey(client, order.userId, order.idempotency)
  if (first === 'otherBody') return { outcome: 'idempotencyKeyReused' }
  const token = order.secretOf(first.madeId)
  // The hash differs when the server's key was changed since: then the secret cannot be told again.
  const { rows } = await client.query<Row>(
    `select ${columns} from access_tokens where id = $1 and token_hash = $2 and revoked_at is null
     and (expires_at is null or expires_at > now()) and created_at > now() - make_interval(secs => $3)`,
    [first.madeId, sha256(token), replaySeconds],
  )
  const row = rows[0]
  return row === undefined
    ? { outcome: 'idempotencyKeySpent' }
    : { outcome: 'created', replayed: true, token: { ...withoutNulls(row), token } }
}

async function create(
  client: Queryable,
  id: string,
  order: NewAccessToken,
  token: string,
): Promise<AccessToken & { token: string }> {
  const now = instantOf(Date.now())
  const expiresAt = order.expiresInSeconds === undefined ? null : addSeconds(now, order.expiresInSeconds)
  const row = await insert(client, id, order, sha256(token), now, expiresAt)
  await auditSystem(client, {
    at: now,
    by: order.userId,
    event: 'tokenCreated',
    detail: { tokenId: row.id, name: row.name },
  })
  return { ...withoutNulls(row), token }
}

/** The same token again is the same row: a demo started twice keeps its tokens. */
async function insert(
  client: Queryable,
  id: string,
  order: NewAccessToken,
  hash: string,
  now: Instant,
  expiresAt: Instant | null,
): Promise<Row> {
  const { rows } = await client.query<Row>(
    `insert into access_tokens (id, user_id, name, token_hash, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (token_hash) do update set expires_at = excluded.expires_at, revoked_at = null
     where access_tokens.user_id = excluded.user_id returning ${columns}`,
    [id, order.userId, order.name, hash, now, expiresAt],
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
