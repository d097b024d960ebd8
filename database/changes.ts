import pg from 'pg'
import type { Database } from './connect.ts'

/** Told of every request that changed, by id, once its transaction is committed. `missed`: the connection was away, look for yourself. */
export type ChangeListener = (change: { requestId: string } | 'missed') => void

export interface Changes {
  /** Answers how to stop listening. */
  onRequestChanged(listener: ChangeListener): () => void
  close(): Promise<void>
}

/** Saying it again changes nothing. */
const listen = 'listen vm_request_changed'
const reconnectMilliseconds = 1_000

interface Pings {
  everySeconds: number
  /** How long an answer may take. */
  answerSeconds: number
}

/**
 * One connection listens for all. It says nothing for hours, and a network may forget it without a word: so it is asked
 * whether it still stands. When it breaks, another is opened, and every listener is told that it may have missed something.
 */
export async function listenToChanges(
  databaseUrl: string,
  { everySeconds, answerSeconds }: Pings = { everySeconds: 15, answerSeconds: 5 },
): Promise<Changes> {
  const listeners = new Set<ChangeListener>()
  const tell: ChangeListener = (change) => {
    for (const listener of listeners) listener(change)
  }
  let closed = false
  let retry: NodeJS.Timeout | undefined
  let client = await connect()

  async function connect(): Promise<pg.Client> {
    const next = new pg.Client({
      connectionString: databaseUrl,
      connectionTimeoutMillis: answerSeconds * 1_000,
      query_timeout: answerSeconds * 1_000,
    })
    next.on('notification', ({ payload }) => tell({ requestId: payload ?? '' }))
    next.on('error', () => undefined) // 'end' follows
    try {
      await next.connect()
      await next.query(listen)
    } catch (error) {
      void next.end()
      throw error
    }
    let ask: NodeJS.Timeout
    const askLater = () => {
      ask = setTimeout(() => void next.query(listen).then(askLater, () => next.end()), everySeconds * 1_000)
    }
    askLater()
    next.once('end', () => {
      clearTimeout(ask)
      reconnectLater()
    })
    return next
  }

  function reconnectLater(): void {
    if (closed) return
    retry = setTimeout(() => {
      connect().then((next) => {
        client = next
        if (closed) return void next.end()
        tell('missed')
      }, reconnectLater)
    }, reconnectMilliseconds)
  }

  return {
    onRequestChanged(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      closed = true
      clearTimeout(retry)
      listeners.clear()
      await client.end().catch(() => undefined)
    },
  }
}

export interface ChangedRequests {
  /** To be given back the next time. Transactions older than it are finished: nothing of them is missed. */
  xid: string
  ids: string[]
}

/** Requests changed by transaction `xid` or a later one. Some come again; none is missed. Without xid only the position is answered. */
export async function changedSince({ pool }: Database, xid?: string): Promise<ChangedRequests> {
  const { rows } = await pool.query<{ xid: string; ids: string[] | null }>(
    `select pg_snapshot_xmin(pg_current_snapshot())::text as xid,
            (select array_agg(id::text order by changed_xid, id) from vm_requests where changed_xid >= $1::bigint) as ids`,
    [xid ?? null],
  )
  const row = rows[0]
  if (row === undefined) throw new Error('PostgreSQL answered no position')
  return { xid: row.xid, ids: row.ids ?? [] }
}
