import type { Database } from '@berth/database/connect.ts'
import { verifyAudit } from '@berth/database/verify-audit.ts'
import { finalStates, leadsTo, type HoldableState, type VmRequestState } from '@berth/domain/vm-request.ts'
import { clonesWereApproved } from './invariants/clones-were-approved.ts'
import type { Evidence, MarkedVm, VmEvent } from './invariants/evidence.ts'
import { leasesAreKept } from './invariants/leases-are-kept.ts'
import { nothingIsStuck } from './invariants/nothing-is-stuck.ts'
import { noticesArrive } from './invariants/notices-arrive.ts'
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
    ...(await nothingIsStuck(evidence)),
    ...(await leasesAreKept({ ...evidence, events })),
    ...(await quotaIsWhatIsHeld(database)),
    ...(await auditIsALegalPath(database)),
    ...(await clonesWereApproved({ ...evidence, events })),
    ...(await nothingIsLeft(database, vms)),
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

/** I5: quota used is the sum of what open requests hold, and never above the limit. */
async function quotaIsWhatIsHeld({ pool }: Database): Promise<string[]> {
  const { rows: strays } = await pool.query<{ id: string; state: string }>(
    `select r.id, r.state from vm_requests r left join quota_holds q on q.request_id = r.id
     where (r.closed_at is null) <> (q.request_id is not null)`,
  )
  const { rows: teams } = await pool.query<Record<'team' | 'resource', string> & Record<'used' | 'most', number>>(
    `select t.id as team, u.resource, u.used::float8 as used, (t.quota_limits ->> u.resource)::float8 as most
     from teams t join lateral (
       select key as resource, value::numeric as used from (
         select sum(vms) as "vms", sum(v_cpu) as "vCpu", sum(memory_mib) as "memoryMiB", sum(disk_gib) as "diskGiB"
         from quota_holds where team_id = t.id) s, jsonb_each_text(to_jsonb(s))
       where value is not null) u on true`,
  )
  return [
    ...strays.map(({ id, state }) => `I5: request ${id} is ${state}, but its quota hold says otherwise`),
    ...teams
      .filter(({ used, most }) => most !== null && used > most)
      .map(({ team, resource, used, most }) => `I5: team ${team} uses ${used} of ${most} ${resource}`),
  ]
}

/** I6: the audit of a request is one legal path of its state table, and the hash chain verifies. */
async function auditIsALegalPath(database: Database): Promise<string[]> {
  const { rows } = await database.pool.query<AuditedStep>(
    `select request_id as "requestId", event, detail from audit_entries where request_id is not null order by chain, seq`,
  )
  const found: string[] = []
  const at = new Map<string, { state: VmRequestState; heldFrom?: HoldableState }>()
  for (const { requestId, event, detail } of rows) {
    const now = at.get(requestId) ?? { state: 'validating' }
    const next = detail.change?.state ?? detail.state
    if (next === undefined || next === now.state) continue
    const legal = event === 'reopened' || leadsTo(now.state, next, now.heldFrom)
    if (!legal) found.push(`I6: request ${requestId} went from ${now.state} to ${next} by ${event}`)
    const heldFrom = next === 'held' ? detail.change?.hold?.heldFrom : undefined
    at.set(requestId, { state: next, ...(heldFrom !== undefined && { heldFrom }) })
  }
  const breaks = await verifyAudit(database)
  found.push(...breaks.map(({ chain, seq, problem }) => `I6: audit entry ${seq} of chain ${chain}: ${problem}`))
  return found
}

interface AuditedStep {
  requestId: string
  event: string
  detail: { state?: VmRequestState; change?: { state?: VmRequestState; hold?: { heldFrom: HoldableState } | null } }
}

/** I8: after a final state nothing is left: VM, quota hold, name, reserved space. */
async function nothingIsLeft({ pool }: Database, vms: readonly MarkedVm[]): Promise<string[]> {
  const { rows } = await pool.query<{ id: string; what: string }>(
    `select r.id, 'its name' as what from vm_requests r where r.state = any($1) and r.name_held
     union all select r.id, 'a quota hold' from vm_requests r join quota_holds q on q.request_id = r.id where r.state = any($1)
     union all select r.id, 'reserved space' from vm_requests r join placement_reservations p on p.request_id = r.id where r.state = any($1)`,
    [[...finalStates]],
  )
  const { rows: ended } = await pool.query<{ id: string }>('select id from vm_requests where state = any($1)', [
    [...finalStates],
  ])
  const endedIds = new Set(ended.map(({ id }) => id))
  return [
    ...rows.map(({ id, what }) => `I8: request ${id} has ended but holds ${what}`),
    ...vms
      .filter((vm) => endedIds.has(vm.instanceUuid))
      .map((vm) => `I8: request ${vm.instanceUuid} has ended but its VM exists`),
  ]
}
