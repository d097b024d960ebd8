import type { QuotaResource } from '@berth/domain/quota.ts'

/** An amount of a resource with its unit: "6 vCPU", "12 GiB", "3 VMs". */
export function quotaAmount(resource: QuotaResource, amount: number): string {
  switch (resource) {
    case 'vms':
      return `${amount} ${amount === 1 ? 'VM' : 'VMs'}`
    case 'vCpu':
      return `${amount} vCPU`
    case 'memoryMiB':
      return `${+(amount / 1_024).toFixed(1)} GiB`
    case 'diskGiB':
      return `${amount} GiB`
  }
}
