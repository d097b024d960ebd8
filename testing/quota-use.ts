import type { Database } from '@berth/database/connect.ts'

/** What a team holds of one resource, and what it may hold: null where nothing limits it. */
export interface QuotaUse {
  team: string
  resource: string
  used: number
  most: number | null
}

/** As one committed moment has it. */
export async function quotaUse({ pool }: Database): Promise<QuotaUse[]> {
  const { rows } = await pool.query<QuotaUse>(
    `select t.id as team, u.resource, u.used::float8 as used, (t.quota_limits ->> u.resource)::float8 as most
     from teams t join lateral (
       select key as resource, value::numeric as used from (
         select sum(vms) as "vms", sum(v_cpu) as "vCpu", sum(memory_mib) as "memoryMiB", sum(disk_gib) as "diskGiB"
         from quota_holds where team_id = t.id) s, jsonb_each_text(to_jsonb(s))
       where value is not null) u on true`,
  )
  return rows
}
