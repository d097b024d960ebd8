import type { VmRequest } from '@berth/contract/vm-request.ts'

/** A VM request as the server shows it, for tests and for the mock; each caller says what differs. */
export function aVmRequest(differs: Partial<VmRequest> = {}): VmRequest {
  return {
    id: '0b9f6d2e-3c41-4f7a-9a55-1f0c2d3e4f50',
    version: 1,
    state: 'validating',
    vmName: 'platform-alex-ubuntu-0007',
    siteId: 'frankfurt',
    catalogItemId: 'ubuntu-24-04',
    catalogItemVersion: 3,
    catalogItemName: 'Ubuntu 24.04',
    sizeId: 'small',
    vCpu: 2,
    memoryMiB: 4_096,
    diskGiB: 40,
    ownerId: 'alex',
    ownerName: 'Alex Okafor',
    teamId: 'platform',
    teamName: 'Platform',
    purpose: 'Test the release candidate',
    sshPublicKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGKQx2yNq9f1u5w7p2T1r1mX0b0cQ2gq0cWl9o5Qf1Xe alex@laptop'],
    leaseSeconds: 1_209_600,
    requestedAt: '2026-11-22T09:40:00.000Z',
    lease: {
      extensionsUsed: 0,
      freeExtensions: 2,
      minLeaseSeconds: 3_600,
      maxGrantSeconds: 2_592_000,
      maxTotalSeconds: 7_776_000,
      graceSeconds: 604_800,
      undoSeconds: 86_400,
    },
    warnings: [],
    steps: [],
    approvals: [],
    approvalReason: 'small for up to 1 h needs no approval',
    reasons: [],
    findings: [],
    actions: [],
    ...differs,
  }
}
