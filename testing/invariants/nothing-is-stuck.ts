import type { Database } from '@berth/database/connect.ts'
import type { VmRequestState } from '@berth/domain/vm-request.ts'
import type { Evidence } from './evidence.ts'

/**
 * I3: every accepted request gets on within its bound, and no workflow runs without anything to wait for, or longer than
 * the last notices need.
 */
export async function nothingIsStuck({ database, workflows, boundSeconds }: Evidence): Promise<string[]> {
  const { rows } = await database.pool.query<OpenRow>(openRequests, [boundSeconds ?? null])
  const open = new Map(rows.map((row) => [row.id, row]))
  const endedOfLate = await requestsEndedWithin(database, boundSeconds ?? 0)
  return [
    ...rows
      .filter(({ isLate }) => isLate)
      .map(({ id, state }) => `I3: request ${id} is still ${state}, later than its bound of ${boundSeconds} s`),
    ...(workflows ?? []).flatMap(({ requestId, ...workflow }) => {
      const request = open.get(requestId)
      if (request === undefined)
        return workflow.isRunning && !endedOfLate.has(requestId)
          ? [`I3: request ${requestId} has ended but its workflow runs`]
          : []
      if (!workflow.isRunning) return [`I3: request ${requestId} is ${request.state} but no workflow runs for it`]
      if (workflow.taskAttempt > 1) return [`I3: the workflow of request ${requestId} fails in its workflow task`]
      if (workflow.pending === 0 && request.state !== 'held')
        return [`I3: the workflow of request ${requestId} waits for nothing`]
      return []
    }),
  ]
}

async function requestsEndedWithin({ pool }: Database, seconds: number): Promise<Set<string>> {
  const { rows } = await pool.query<{ id: string }>(
    'select id from vm_requests where closed_at + make_interval(secs => $1) > now()',
    [seconds],
  )
  return new Set(rows.map(({ id }) => id))
}

interface OpenRow {
  id: string
  state: VmRequestState
  isLate: boolean | null
}

/** When each state ought to be over: policy and lease say so where people wait, else it is work. */
const openRequests = `
  select r.id, r.state, now() > case r.state
      when 'held' then 'infinity'
      when 'awaitingApproval' then r.requested_at + seconds('approvalLapseSeconds')
      when 'active' then r.lease_ends_at
      when 'expired' then r.expired_at + seconds('graceSeconds')
      when 'released' then r.released_at + seconds('undoSeconds')
      else (select max(a.at) from audit_entries a where a.request_id = r.id)
    end + make_interval(secs => $1) as "isLate"
  from vm_requests r where r.closed_at is null`.replaceAll(
  /seconds\('(\w+)'\)/g,
  `make_interval(secs => (r.provisioning_request -> 'policy' ->> '$1')::float8)`,
)
