import { failureSentence } from '@berth/domain/failures.ts'
import type { Database } from './connect.ts'

interface Checks {
  item: string
  size: string
  site: string
  offered: boolean
  site_known: boolean
  quota_held: boolean
  name_held: boolean
}

/** Every reason why the request cannot be built; empty when it can. A newer version of its item is no reason. */
export async function reasonsToReject({ pool }: Database, requestId: string): Promise<string[]> {
  const { rows } = await pool.query<Checks>(
    `select r.catalog_item_id as item, r.size_id as size, r.site_id as site, r.name_held,
            exists (select from catalog_items c where c.id = r.catalog_item_id and c.offered) as offered,
            exists (select from sites s where s.id = r.site_id and s.configured) as site_known,
            exists (select from quota_holds q where q.request_id = r.id) as quota_held
     from vm_requests r where r.id = $1`,
    [requestId],
  )
  const checks = rows[0]
  if (checks === undefined) throw new Error(`there is no VM request ${requestId}`)
  return [
    ...(checks.offered ? [] : [failureSentence('itemNotOffered', checks.item)]),
    ...(checks.site_known ? [] : [failureSentence('siteUnknown', checks.site)]),
    ...(checks.quota_held ? [] : [failureSentence('quotaExceeded', 'nothing is held for this request')]),
    ...(checks.name_held ? [] : [failureSentence('nameInvalid', 'it is no longer held for this request')]),
  ]
}
