/** Quota arithmetic of a team. Absent limits are unlimited. */

export const quotaResources = ['vms', 'vCpu', 'memoryMiB', 'diskGiB'] as const
export type QuotaResource = (typeof quotaResources)[number]

export type QuotaAmounts = Record<QuotaResource, number>
export type QuotaLimits = Partial<QuotaAmounts>

export interface QuotaLine {
  resource: QuotaResource
  used: number
  requested: number
  /** null: no limit. */
  limit: number | null
}

/** What one VM of this size costs. */
export const quotaOf = (size: { vCpu: number; memoryMiB: number; diskGiB: number }): QuotaAmounts => ({
  vms: 1,
  vCpu: size.vCpu,
  memoryMiB: size.memoryMiB,
  diskGiB: size.diskGiB,
})

/** The arithmetic shown before submit and in refusals: one line a resource. */
export function quotaArithmetic(limits: QuotaLimits, used: QuotaAmounts, requested: QuotaAmounts): QuotaLine[] {
  return quotaResources.map((resource) => ({
    resource,
    used: used[resource],
    requested: requested[resource],
    limit: limits[resource] ?? null,
  }))
}

export const fits = (line: QuotaLine): boolean => line.limit === null || line.used + line.requested <= line.limit
