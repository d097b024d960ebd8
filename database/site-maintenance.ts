import { instantOf } from '@berth/domain/instant.ts'
import { auditSystem } from './audit.ts'
import type { Database } from './connect.ts'
import { transaction } from './transaction.ts'

export interface MaintenanceChange {
  siteId: string
  by: string
  event: 'maintenanceBegun' | 'maintenanceEnded'
  reason?: string
}

class NotApplied extends Error {}

/**
 * Writes the audit entry of what `apply` does, and nothing if it does nothing: the entry is committed only after it. Answers
 * whether it was done.
 */
export async function recordMaintenance(
  { pool }: Database,
  { siteId, by, event, reason }: MaintenanceChange,
  apply: () => Promise<boolean>,
): Promise<boolean> {
  try {
    await transaction(pool, async (client) => {
      await auditSystem(client, { at: instantOf(Date.now()), by, event, reason, detail: { change: { siteId } } })
      if (!(await apply())) throw new NotApplied()
    })
    return true
  } catch (error) {
    if (error instanceof NotApplied) return false
    throw error
  }
}
