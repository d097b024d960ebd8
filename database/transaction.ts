import type pg from 'pg'
import { RecordsFault } from './records-fault.ts'

/** Either may be given where a query runs: a pool, or a client inside a transaction. */
export type Queryable = Pick<pg.ClientBase, 'query'>

const serializationFailure = '40001'
const deadlockDetected = '40P01'
const conflicts = [serializationFailure, deadlockDetected]
const tries = 5

/** Runs `work` in one transaction. A conflict with another one is tried again; a database that is away is `databaseUnavailable`. */
export async function transaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(pool, work)
    } catch (error) {
      if (attempt >= tries || !conflicts.includes(sqlState(error))) throw asFault(error)
    }
  }
}

async function once<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    // Nobody is there to roll it back: the connection is given up, and the transaction ends with it.
    if (asFault(error) !== error) broken = error as Error
    else
      await client.query('rollback').catch((lost: unknown) => {
        broken = lost as Error
      })
    throw error
  } finally {
    client.release(broken)
  }
}

export const sqlState = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** A unique index refused a row. */
export function violates(error: unknown, constraint: string): boolean {
  return sqlState(error) === '23505' && (error as { constraint?: string }).constraint === constraint
}

const networkErrors = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH']
/** Connection exceptions, insufficient resources, operator intervention, a statement or a transaction that took too long. */
const awaySqlStates = /^(08|53|57P|57014|25P03)/

/** Turns what a database that is away throws into `databaseUnavailable`; everything else is left as it is. */
export function asFault(error: unknown): unknown {
  const state = sqlState(error)
  const connectionLost =
    error instanceof Error &&
    /^(Connection terminated|Client has encountered a connection error|timeout exceeded|Query read timeout)/.test(
      error.message,
    )
  if (!connectionLost && !networkErrors.includes(state) && !awaySqlStates.test(state)) return error
  return new RecordsFault('databaseUnavailable', error instanceof Error ? error.message || state : state, {
    cause: error,
  })
}
