import type { FindingEntry } from '@berth/contract/operations.ts'
import type { SeenFinding } from '@berth/database/listed-findings.ts'
import { adviceOn, findingMeanings } from '@berth/domain/finding.ts'
import { allows, type VmRequestAction } from '@berth/domain/vm-request.ts'
import type { Caller } from '../caller.ts'
import { mayDo } from '../policies.ts'

/** A finding as this person reads it: what it means, and what they may do about it. */
export function presentFinding(
  { seenCount, address: _, request, ...finding }: SeenFinding,
  caller: Caller,
): FindingEntry {
  const { title, severity, settledBy } = findingMeanings[finding.kind]
  return {
    ...finding,
    title,
    severity,
    whatCanBeDone: [...adviceOn(finding.kind, request).whatCanBeDone],
    runs: seenCount,
    actions: finding.repairedAt === undefined ? settling(settledBy, request, caller) : [],
    ...(request !== undefined && {
      request: {
        id: request.id,
        vmName: request.vmName,
        ownerId: request.ownerId,
        ownerName: request.ownerName,
        state: request.state,
      },
    }),
  }
}

function settling(action: VmRequestAction | undefined, request: SeenFinding['request'], caller: Caller) {
  if (action === undefined || request === undefined || !allows(request.state, action, request.hold)) return []
  return mayDo(caller, action, 'vmRequest', { ...request, approvals: [] }) ? [action] : []
}
