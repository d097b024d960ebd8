import { RecordsFault } from '@berth/database/records-fault.ts'
import { asFault } from '@berth/database/transaction.ts'

/** Whether an error means that the database cannot be reached now, whoever threw it. */
export function isDatabaseAway(error: unknown): boolean {
  let thrown = error
  for (let depth = 0; depth < deepest && typeof thrown === 'object' && thrown !== null; depth += 1) {
    const fault = asFault(thrown)
    if (fault instanceof RecordsFault && fault.code === 'databaseUnavailable') return true
    if ('code' in thrown && prismaAway.includes(thrown.code)) return true
    thrown = 'cause' in thrown ? thrown.cause : undefined
  }
  return false
}

/** Errors wrap errors, and might wrap themselves. */
const deepest = 5

/** Prisma's codes: cannot reach, timed out, closed the connection, no connection from the pool. */
const prismaAway: unknown[] = ['P1001', 'P1002', 'P1008', 'P1017', 'P2024']
