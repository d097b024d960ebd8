import { RecordsFault } from '@berth/database/records-fault.ts'
import { asFault } from '@berth/database/transaction.ts'

/** Whether an error means that the database cannot be reached now, whoever threw it. */
export function isDatabaseAway(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    const fault = asFault(cause)
    if (fault instanceof RecordsFault && fault.code === 'databaseUnavailable') return true
    if (prismaAway.includes('code' in cause ? cause.code : undefined)) return true
  }
  return false
}

/** Prisma's codes: cannot reach, timed out, closed the connection, no connection from the pool. */
const prismaAway: unknown[] = ['P1001', 'P1002', 'P1008', 'P1017', 'P2024']
