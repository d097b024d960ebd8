import type { Hold } from '@berth/domain/facts.ts'
import type { Instant } from '@berth/domain/instant.ts'
import type { OpenRequest } from '@berth/domain/open-request.ts'
import type { VmRequestState } from '@berth/domain/vm-request.ts'
import type { Database } from './connect.ts'
import { withoutNulls } from './without-nulls.ts'

interface Row {
  id: string
  vm_name: string
  state: VmRequestState
  hold: Hold | null
  address: string | null
  folder_moid: string | null
  vm_moid: string | null
  cloned: boolean
  busy: boolean
  newest_run_id: string | null
  changed_at: Instant
  intent: string | null
}

/** Requests of a site that are not final, with what should be found in vCenter for each. */
export async function openRequestsOf({ pool }: Database, siteId: string): Promise<OpenRequest[]> {
  const { rows } = await pool.query<Row>(
    `select r.id, r.vm_name, r.vm_moid, r.state, r.newest_run_id, r.intent,
            (select max(a.at) from audit_entries a where a.request_id = r.id) as changed_at, r.hold, r.address, r.placement ->> 'folderMoid' as folder_moid,
            coalesce((select s.state = 'done' from steps s
                      where s.request_id = r.id and s.name = 'clone' order by s.round desc limit 1), false) as cloned,
            exists (select from steps s where s.request_id = r.id and s.state = 'running') as busy
     from vm_requests r where r.site_id = $1 and r.closed_at is null order by r.requested_at, r.id`,
    [siteId],
  )
  return rows.map((row) => ({
    requestId: row.id,
    vmName: row.vm_name,
    state: row.state,
    expectsVm: row.cloned && lifeState(row) !== 'retiring',
    expectsPower: expectedPower(row),
    changedAt: row.changed_at,
    isUnderWay: row.state !== 'held' && (row.busy || row.intent !== null || movesOn.includes(row.state)),
    ...withoutNulls({
      ...{ address: row.address, vmMoid: row.vm_moid, folderMoid: row.folder_moid },
      newestRunId: row.newest_run_id,
    }),
  }))
}

/** States that no request rests in. */
const movesOn: readonly VmRequestState[] = ['validating', 'provisioning', 'retiring']

/** Asked again before an act that would bring it back. */
export async function isStillOpen({ pool }: Database, requestId: string): Promise<boolean> {
  const { rowCount } = await pool.query('select 1 from vm_requests where id = $1 and closed_at is null', [requestId])
  return rowCount !== 0
}

const lifeState = ({ state, hold }: Row): VmRequestState => (state === 'held' ? (hold?.heldFrom ?? state) : state)

/** Nothing is expected while a step is under way, or while a step that may have changed the power is held. */
function expectedPower(row: Row): OpenRequest['expectsPower'] {
  if (row.busy || (row.state === 'held' && row.hold?.step !== 'warn')) return 'any'
  const state = lifeState(row)
  if (state === 'active') return 'on'
  return state === 'expired' || state === 'released' ? 'off' : 'any'
}
