import type { Facts } from '@berth/domain/facts.ts'
import type { RunIdentity } from '@berth/domain/run-identity.ts'
import { lastRecorded } from './audit.ts'
import type { Database } from './connect.ts'
import { factsOf } from './facts.ts'
import { fence } from './fence.ts'
import { transaction } from './transaction.ts'

/** Lets a run speak for its request, and answers what is known. An older run gets `staleRun`. */
export const openRun = (database: Database, run: RunIdentity): Promise<Facts> =>
  transaction(database.pool, async (client) => {
    const { request, tookOver } = await fence(client, run)
    const lastTransition = await lastRecorded(client, run)
    return { ...(await factsOf(client, request)), lastTransition, ...(tookOver && { tookOver }) }
  })
