import type { quotaResources } from '@berth/domain/quota.ts'
import { fits, quotaArithmetic, type QuotaAmounts, type QuotaLimits, type QuotaLine } from '@berth/domain/quota.ts'
import type { Queryable } from './transaction.ts'

/** Stops other requests of the team from taking quota until the transaction ends. */
export async function lockQuota(client: Queryable, teamId: string): Promise<void> {
  await client.query('select 1 from teams where id = $1 for no key update', [teamId])
}

export async function quotaLines(client: Queryable, teamId: string, requested: QuotaAmounts): Promise<QuotaLine[]> {
  const { rows } = await client.query<QuotaAmounts & { limits: QuotaLimits }>(
    `select t.quota_limits as limits, count(h.request_id)::int as vms, coalesce(sum(h.v_cpu), 0)::int as "vCpu",
            coalesce(sum(h.memory_mib), 0)::int as "memoryMiB", coalesce(sum(h.disk_gib), 0)::int as "diskGiB"
     from teams t left join quota_holds h on h.team_id = t.id
     where t.id = $1 group by t.id`,
    [teamId],
  )
  const row = rows[0]
  if (row === undefined) throw new Error(`there is no team ${teamId}`)
  return quotaArithmetic(row.limits, row, requested)
}

export async function holdQuota(
  client: Queryable,
  requestId: string,
  teamId: string,
  amounts: QuotaAmounts,
): Promise<void> {
  await client.query(
    'insert into quota_holds (request_id, team_id, vms, v_cpu, memory_mib, disk_gib) values ($1, $2, $3, $4, $5, $6)',
    [requestId, teamId, amounts.vms, amounts.vCpu, amounts.memoryMiB, amounts.diskGiB],
  )
}

/** For people: every resource that does not fit, with its numbers. Empty when all fits. */
export const shortages = (lines: readonly QuotaLine[]): string[] =>
  lines
    .filter((line) => !fits(line))
    .map(
      ({ resource, used, requested, limit }) =>
        `${resourceNames[resource]}: ${used} used + ${requested} requested > ${limit}`,
    )

const resourceNames: Record<(typeof quotaResources)[number], string> = {
  vms: 'VMs',
  vCpu: 'vCPU',
  memoryMiB: 'memory (MiB)',
  diskGiB: 'disk (GiB)',
}
