import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { PrismaClient } from './generated/client.ts'

/** One pool, two ways to use it: Prisma for what is read and simply written, SQL for transactions that lock. */
export interface Database {
  readonly prisma: PrismaClient
  readonly pool: pg.Pool
  readonly databaseUrl: string
  /** Links in mails start with it. */
  readonly publicUrl: string
  close(): Promise<void>
}

export interface DatabaseOptions {
  /** Default: 10. */
  maxConnections?: number
  /** Told when an idle connection breaks; the pool opens others by itself. */
  onConnectionLost?: (error: Error) => void
  publicUrl?: string
  /** How long one statement may take before the database counts as away. Default: 10. */
  answerSeconds?: number
}

/** For a connection, or a free one of the pool. */
const connectMilliseconds = 10_000
const keepAliveMilliseconds = 10_000

const timestamptz = 1184

/** Instants are read as the ISO texts that the domain speaks. */
const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === timestamptz && format !== 'binary' ? isoInstant : pg.types.getTypeParser(oid, format)) as never,
}

const isoInstant = (text: string): string => (pg.types.getTypeParser(timestamptz)(text) as Date).toISOString()

/** Connects on first use. */
export function openDatabase(databaseUrl: string, options: DatabaseOptions = {}): Database {
  const answerMilliseconds = (options.answerSeconds ?? 10) * 1_000
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: connectMilliseconds,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveMilliseconds,
    // The server ends what takes too long, and gives back the locks of a client that it no longer hears; on a line that is
    // dead without a word its answer does not come either, and then the connection is given up.
    statement_timeout: answerMilliseconds,
    idle_in_transaction_session_timeout: answerMilliseconds,
    query_timeout: answerMilliseconds * 1.2,
    types,
  })
  pool.on('error', (error) => options.onConnectionLost?.(error))
  // The pool listens only while a connection is idle. One that breaks in use fails its query, and must not end the process.
  pool.on('connect', (client) => client.on('error', () => undefined))
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) })
  return {
    prisma,
    pool,
    databaseUrl,
    publicUrl: (options.publicUrl ?? 'http://127.0.0.1').replace(/\/+$/, ''),
    async close() {
      await prisma.$disconnect()
      await pool.end()
    },
  }
}
