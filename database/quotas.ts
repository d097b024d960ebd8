import type { QuotaAmounts, QuotaLine } from '@berth/domain/quota.ts'
import type { Database } from './connect.ts'
import { quotaLines } from './quota.ts'

export interface TeamQuota {
  teamId: string
  lines: QuotaLine[]
}

const nothing: QuotaAmounts = { vms: 0, vCpu: 0, memoryMiB: 0, diskGiB: 0 }

/** Used and limit of these teams, or of all. */
export async function quotasOf({ pool }: Database, teamIds?: readonly string[]): Promise<TeamQuota[]> {
  const { rows } = await pool.query<{ id: string }>(
    'select id from teams where configured and ($1::text[] is null or id = any ($1)) order by id',
    [teamIds ?? null],
  )
  return Promise.all(rows.map(async ({ id }) => ({ teamId: id, lines: await quotaLines(pool, id, nothing) })))
}
