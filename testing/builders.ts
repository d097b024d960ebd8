import type { CatalogItem, Configuration } from '@berth/domain/configuration.ts'
import type { Policy } from '@berth/domain/policy.ts'

/** A key nobody has the private half of; good enough wherever nobody logs in. */
export const anSshPublicKey =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1cVkgrGUE2Vq5bkvIhjNl0Wbjk1LZOTLwqJXRFt5qk test@berth'

/** Short times, so that a whole life fits into a test. */
export const quickPolicy: Partial<Policy> = {
  minLeaseSeconds: 1,
  addressSettleSeconds: 0,
  guestShutdownSeconds: 0,
  transientLimitSeconds: 4 * 3_600,
}

export function aCatalogItem(changes: Partial<CatalogItem> = {}): CatalogItem {
  return {
    id: 'ubuntu-24-04',
    version: 1,
    name: 'Ubuntu 24.04',
    os: 'ubuntu',
    siteId: 'site-1',
    templatePath: '/DC0/vm/templates/ubuntu-24-04',
    folderPath: '/DC0/vm/berth',
    resourcePoolPath: '/DC0/host/DC0_C0/Resources',
    datastores: ['LocalDS_0', 'LocalDS_1'],
    networks: ['VM Network'],
    sizes: [
      { id: 'small', vCpu: 1, memoryMiB: 1_024, diskGiB: 10 },
      { id: 'medium', vCpu: 2, memoryMiB: 2_048, diskGiB: 20 },
    ],
    sshUser: 'ubuntu',
    sshPort: 22,
    namePattern: '{team}-{item}-{seq:4}',
    approval: { notNeededFor: { sizeIds: ['small'], maxLeaseSeconds: 3_600 } },
    ...changes,
  }
}

export function aConfiguration(changes: Partial<Configuration> & { siteId?: string } = {}): Configuration {
  const { siteId = 'site-1', ...rest } = changes
  return {
    installationId: 'test',
    roleClaims: { operator: ['operators'], admin: ['admins'], auditor: ['auditors'] },
    teams: [{ id: 'platform', claim: 'platform', approvers: [{ userId: 'approver', email: 'approver@example.test' }] }],
    sites: [{ id: siteId, vcenter: 'https://vcenter.example.test/sdk', addressAllow: [], addressIgnore: [] }],
    catalogItems: [aCatalogItem({ siteId })],
    policies: quickPolicy,
    quotas: [{ teamId: 'platform', limits: { vms: 50, vCpu: 200, memoryMiB: 400_000, diskGiB: 10_000 } }],
    ...rest,
  }
}
