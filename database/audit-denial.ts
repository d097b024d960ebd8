import { instantOf } from '@berth/domain/instant.ts'
import { auditSystem } from './audit.ts'
import type { Database } from './connect.ts'
import { transaction } from './transaction.ts'

/** Who was refused what. It lies in the chain of the installation: nothing happened to the request. */
export const auditDenial = (
  database: Database,
  { by, ...detail }: { by: string; [detail: string]: string },
): Promise<void> =>
  transaction(database.pool, (client) =>
    auditSystem(client, { at: instantOf(Date.now()), by, event: 'denied', detail }),
  )
