import { quotaUse } from '../quota-use.ts'
import type { Evidence } from './evidence.ts'

/** I5: quota used is the sum of what open requests hold, and it is above the limit at no committed moment that was seen. */
export async function quotaIsWhatIsHeld({ database, quotaSeen = [] }: Evidence): Promise<string[]> {
  const { rows: strays } = await database.pool.query<{ id: string; state: string }>(
    `select r.id, r.state from vm_requests r left join quota_holds q on q.request_id = r.id
     where (r.closed_at is null) <> (q.request_id is not null)`,
  )
  const seen = [...quotaSeen, ...(await quotaUse(database))]
  return [
    ...strays.map(({ id, state }) => `I5: request ${id} is ${state}, but its quota hold says otherwise`),
    ...seen
      .filter(({ used, most }) => most !== null && used > most)
      .map(({ team, resource, used, most }) => `I5: team ${team} uses ${used} of ${most} ${resource}`),
  ]
}
