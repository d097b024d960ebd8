import type { Instant } from '@berth/domain/instant.ts'
import { canonicalText } from '@berth/domain/specification.ts'
import { sha256 } from './sha256.ts'
import type { Queryable } from './transaction.ts'
import { updateRequest, type ColumnValues, type VmRequestRow } from './vm-request-row.ts'

export const systemChain = 'system'

/** What happened. `runId` and `n` make a transition's entry unique. */
export interface AuditEvent {
  at: Instant
  by: string
  event: string
  reason?: string | undefined
  detail?: object
  runId?: string
  n?: number
}

interface AuditEntry {
  chain: string
  seq: number
  request_id: string | null
  run_id: string | null
  n: number | null
  at: Instant
  by: string
  event: string
  reason: string | null
  detail: unknown
  prev_hash: string
  hash: string
}

/** Where a request's chain ends after an entry: columns of its row, to be written in the same transaction. */
export interface ChainHead extends ColumnValues {
  audit_seq: number
  audit_hash: string
}

/** Appends to the chain of a locked request. Answers undefined, and writes nothing, if this (run, n) was recorded before. */
export async function appendToRequest(
  client: Queryable,
  request: Pick<VmRequestRow, 'id' | 'audit_seq' | 'audit_hash'>,
  event: AuditEvent,
): Promise<ChainHead | undefined> {
  const entry = chained(request.id, { seq: request.audit_seq, hash: request.audit_hash }, event, request.id)
  const written = await insert(client, entry)
  return written ? { audit_seq: entry.seq, audit_hash: entry.hash } : undefined
}

/** Whether this transition of this run has its entry. */
export async function wasRecorded(
  client: Queryable,
  { requestId, runId }: { requestId: string; runId: string },
  n: number,
): Promise<boolean> {
  const { rowCount } = await client.query(
    'select 1 from audit_entries where request_id = $1 and run_id = $2 and n = $3',
    [requestId, runId, n],
  )
  return rowCount !== 0
}

/** The highest number of a transition of this run, 0 before the first. */
export async function lastRecorded(
  client: Queryable,
  { requestId, runId }: { requestId: string; runId: string },
): Promise<number> {
  const { rows } = await client.query<{ last: number | null }>(
    'select max(n) as last from audit_entries where request_id = $1 and run_id = $2',
    [requestId, runId],
  )
  return rows[0]?.last ?? 0
}

/** For what changes nothing of a locked request but its audit. */
export async function auditRequest(client: Queryable, request: VmRequestRow, event: AuditEvent): Promise<void> {
  const head = await appendToRequest(client, request, event)
  if (head !== undefined) await updateRequest(client, request.id, head)
}

/** Appends what concerns no single request. Its writers stand in one line. */
export async function auditSystem(client: Queryable, event: AuditEvent): Promise<void> {
  const { rows } = await client.query<{ seq: number; hash: string }>(
    'select seq, hash from audit_chains where chain = $1 for update',
    [systemChain],
  )
  const head = rows[0]
  if (head === undefined) throw new Error('the system audit chain is missing')
  const entry = chained(systemChain, head, event, null)
  await insert(client, entry)
  await client.query('update audit_chains set seq = $2, hash = $3 where chain = $1', [
    systemChain,
    entry.seq,
    entry.hash,
  ])
}

/** The hash covers everything that an entry says and the hash before it. */
export const hashOf = (entry: Omit<AuditEntry, 'hash'>): string =>
  sha256(
    canonicalText({
      chain: entry.chain,
      seq: entry.seq,
      requestId: entry.request_id,
      runId: entry.run_id,
      n: entry.n,
      at: entry.at,
      by: entry.by,
      event: entry.event,
      reason: entry.reason,
      detail: entry.detail,
      prevHash: entry.prev_hash,
    }),
  )

function chained(
  chain: string,
  head: { seq: number; hash: string },
  event: AuditEvent,
  requestId: string | null,
): AuditEntry {
  const entry = {
    chain,
    seq: head.seq + 1,
    request_id: requestId,
    run_id: event.runId ?? null,
    n: event.n ?? null,
    at: event.at,
    by: event.by,
    event: event.event,
    reason: event.reason ?? null,
    // As the database will give it back, so that hashing again gives the same.
    detail: JSON.parse(JSON.stringify(event.detail ?? {})) as unknown,
    prev_hash: head.hash,
  }
  return { ...entry, hash: hashOf(entry) }
}

async function insert(client: Queryable, entry: AuditEntry): Promise<boolean> {
  const { rowCount } = await client.query(
    `insert into audit_entries (chain, seq, request_id, run_id, n, at, by, event, reason, detail, prev_hash, hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     on conflict (request_id, run_id, n) do nothing`,
    [
      entry.chain,
      entry.seq,
      entry.request_id,
      entry.run_id,
      entry.n,
      entry.at,
      entry.by,
      entry.event,
      entry.reason,
      JSON.stringify(entry.detail),
      entry.prev_hash,
      entry.hash,
    ],
  )
  return rowCount === 1
}
