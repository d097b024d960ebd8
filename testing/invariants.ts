import type { Database } from '@berth/database/connect.ts'
import { auditIsALegalPath } from './invariants/audit-is-a-legal-path.ts'
import { clonesWereApproved } from './invariants/clones-were-approved.ts'
import type { Evidence, MarkedVm, VmEvent } from './invariants/evidence.ts'
import { leasesAreKept } from './invariants/leases-are-kept.ts'
import { nothingIsLeft } from './invariants/nothing-is-left.ts'
import { nothingIsStuck } from './invariants/nothing-is-stuck.ts'
import { noticesArrive } from './invariants/notices-arrive.ts'
import { quotaIsWhatIsHeld } from './invariants/quota-is-what-is-held.ts'
import { sessionsAreFew } from './invariants/sessions-are-few.ts'

export type { Evidence, VmEvent } from './invariants/evidence.ts'

/**
 * The invariants of Berth that hold after every test that provisions, whatever went wrong in it. Answers the violations,
 * each with the name of its rule.
 */
export async function violations(evidence: Evidence): Promise<string[]> {
  const { database, vms } = evidence
  const requests = await requestIds(database)
  const events = evidence.events.filter(({ instanceUuid }) => requests.has(instanceUuid))
  return [
    ...oneVmNow(vms),
    ...oneVmAtEveryInstant(events),
    ...(await noOrphan(database, vms)),
    ...noStrayMarker(vms),
    ...(await nothingIsStuck(evidence)),
    ...(await leasesAreKept({ ...evidence, events })),
    ...(await quotaIsWhatIsHeld(evidence)),
    ...(await auditIsALegalPath(database)),
    ...(await clonesWereApproved({ ...evidence, events })),
    ...(await nothingIsLeft(evidence)),
    ...(await noticesArrive(evidence)),
    ...sessionsAreFew(evidence),
  ]
}

/** Other VMs than requests' own are nobody's promise: simulators of several sites even share their uuids. */
async function requestIds({ pool }: Database): Promise<Set<string>> {
  const { rows } = await pool.query<{ id: string }>('select id from vm_requests')
  return new Set(rows.map(({ id }) => id))
}

/** I1, and with it I2 and I8: no two VMs with a marker of ours have one instanceUuid now. */
function oneVmNow(vms: readonly MarkedVm[]): string[] {
  const byUuid = Map.groupBy(
    vms.filter(({ markerRequestId }) => markerRequestId !== ''),
    ({ instanceUuid }) => instanceUuid,
  )
  return [...byUuid]
    .filter(([, same]) => same.length > 1)
    .map(([uuid, same]) => `I1, I2, I8: ${same.length} VMs exist for request ${uuid}`)
}

/** I1: one VM per request at every instant. */
function oneVmAtEveryInstant(events: readonly VmEvent[]): string[] {
  const alive = new Map<string, number>()
  const found: string[] = []
  for (const { kind, instanceUuid } of events) {
    const before = alive.get(instanceUuid) ?? 0
    const now = kind === 'vanished' ? 0 : before + (kind === 'created' ? 1 : kind === 'destroyed' ? -1 : 0)
    alive.set(instanceUuid, now)
    if (now > 1 && now > before) found.push(`I1: ${now} VMs at once for request ${instanceUuid}`)
  }
  return found
}

/** I2: each VM that is ours has exactly one open request. */
async function noOrphan({ pool }: Database, vms: readonly MarkedVm[]): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>('select id from vm_requests where closed_at is null')
  const open = new Set(rows.map(({ id }) => id))
  return vms
    .filter((vm) => vm.instanceUuid === vm.markerRequestId && !open.has(vm.instanceUuid))
    .map((vm) => `I2: VM ${vm.instanceUuid} is ours but has no open request`)
}

/** I2, and what I1 and I8 cannot see by the uuid: a marker of ours on another uuid is a second VM's, or a copy's. */
const noStrayMarker = (vms: readonly MarkedVm[]): string[] =>
  vms
    .filter(({ instanceUuid, markerRequestId }) => markerRequestId !== '' && instanceUuid !== markerRequestId)
    .map((vm) => `I2: VM ${vm.instanceUuid} has the marker of request ${vm.markerRequestId}`)
