import { instantOf } from '@berth/domain/instant.ts'
import { auditSystem } from './audit.ts'
import type { Database } from './connect.ts'
import { transaction, type Queryable } from './transaction.ts'

export interface MaintenanceChange {
  siteId: string
  by: string
  event: 'maintenanceBegun' | 'maintenanceEnded'
  reason?: string
}

const unconfirmed = 'maintenanceUnconfirmed'

/**
 * Who changes it, and why, is in the audit before `apply` does it; where it could not say that it was done, a second entry
 * says so: it may have been. Answers whether it was confirmed.
 */
export async function recordMaintenance(
  { pool }: Database,
  change: MaintenanceChange,
  apply: () => Promise<boolean>,
): Promise<boolean> {
  const { siteId, by, event } = change
  await transaction(pool, (client) => audit(client, change))
  if (await apply()) return true
  const doubt = { siteId, by, event: unconfirmed }
  // Without this entry the one before it still stands, and whoever tries again puts it right.
  await transaction(pool, (client) => audit(client, doubt, { unconfirmed: event })).catch(() => undefined)
  return false
}

/** The site is found as somebody wants it: said in the audit, unless that is what it said last. */
export const recordFoundMaintenance = ({ pool }: Database, found: MaintenanceChange, detail: object): Promise<void> =>
  transaction(pool, async (client) => {
    await client.query('select 1 from sites where id = $1 for no key update', [found.siteId])
    const { rows } = await client.query<{ event: string }>(
      `select event from audit_entries
       where chain = 'system' and event = any ($2) and detail #>> '{change,siteId}' = $1 order by seq desc limit 1`,
      [found.siteId, ['maintenanceBegun', 'maintenanceEnded', unconfirmed]],
    )
    const last = rows[0]?.event ?? 'maintenanceEnded'
    if (last !== found.event) await audit(client, found, { found: detail })
  })

const audit = (
  client: Queryable,
  { siteId, by, event, reason }: Omit<MaintenanceChange, 'event'> & { event: string },
  more: object = {},
): Promise<void> =>
  auditSystem(client, { at: instantOf(Date.now()), by, event, reason, detail: { change: { siteId, ...more } } })
