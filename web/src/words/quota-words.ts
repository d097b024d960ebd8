import type { QuotaLine, QuotaResource } from '@berth/domain/quota.ts'

interface Measure {
  name: string
  unit: string
  /** What one unit shown is in the resource's own unit. */
  size: number
}

const measures: Record<QuotaResource, Measure> = {
  vms: { name: 'VMs', unit: 'VMs', size: 1 },
  vCpu: { name: 'vCPU', unit: 'vCPU', size: 1 },
  memoryMiB: { name: 'Memory', unit: 'GiB', size: 1_024 },
  diskGiB: { name: 'Disk', unit: 'GiB', size: 1 },
}

/** A line of quota arithmetic: "Memory" and "8 → 12 of 16 GiB". */
export function quotaWords({ resource, used, requested, limit }: QuotaLine): { name: string; amounts: string } {
  const { name, unit, size } = measures[resource]
  const shown = (amount: number) => String(+(amount / size).toFixed(1))
  const change = `${shown(used)} → ${shown(used + requested)}`
  return { name, amounts: limit === null ? `${change} ${unit}, no limit` : `${change} of ${shown(limit)} ${unit}` }
}
