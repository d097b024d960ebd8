import type { PlacementFindings } from '@berth/domain/placement.ts'
import type { CloneOrder } from '../vcenter-port.ts'

/** An order for a new request, placed on the first datastore that was found. */
export function aCloneOrder(findings: PlacementFindings, changes: Partial<CloneOrder> = {}): CloneOrder {
  const requestId = changes.requestId ?? crypto.randomUUID()
  const [datastore] = findings.datastores
  return {
    installationId: 'berth-test',
    requestId,
    vmName: `vm-${requestId.slice(0, 8)}`,
    placement: {
      templateMoid: findings.templateMoid,
      folderMoid: findings.folderMoid,
      resourcePoolMoid: findings.resourcePoolMoid,
      networkName: findings.networkName,
      networkMoid: findings.networkMoid,
      datastoreName: datastore?.name ?? '',
      datastoreMoid: datastore?.moid ?? '',
      reservedGiB: findings.templateDiskGiB,
    },
    size: { id: 'small', vCpu: 2, memoryMiB: 2048, diskGiB: findings.templateDiskGiB },
    guest: { hostName: `vm-${requestId.slice(0, 8)}`, sshUser: 'ubuntu', sshPublicKeys: [anSshPublicKey()] },
    grant: { specHash: 'f'.repeat(64), approvals: [] },
    ...changes,
  }
}

/** A well-formed ed25519 key that nobody has the private half of. */
export function anSshPublicKey(comment = 'someone@example.com'): string {
  const field = (content: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, content.length]), content])
  const key = Buffer.from(crypto.getRandomValues(new Uint8Array(32)))
  return `ssh-ed25519 ${Buffer.concat([field(Buffer.from('ssh-ed25519')), field(key)]).toString('base64')} ${comment}`
}
