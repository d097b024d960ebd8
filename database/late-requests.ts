import type { DeliveredWarning, Hold } from '@berth/domain/facts.ts'
import type { Instant } from '@berth/domain/instant.ts'
import type { LateRequest } from '@berth/domain/overdue.ts'
import type { Policy } from '@berth/domain/policy.ts'
import type { VmRequestState } from '@berth/domain/vm-request.ts'
import type { Database } from './connect.ts'
import type { WaitingFor } from './waiting-for.ts'
import { whoReleased } from './who-released.ts'
import { withoutNulls } from './without-nulls.ts'

interface Row {
  id: string
  vm_name: string
  state: VmRequestState
  policy: Policy
  hold: Hold | null
  grant_number: number
  granted_at: Instant | null
  lease_ends_at: Instant | null
  expired_at: Instant | null
  released_at: Instant | null
  release_told_at: Instant | null
  waiting_for: WaitingFor | null
  warnings: DeliveredWarning[]
}

const mostAtOnce = 500

const policySeconds = (name: string): string =>
  `make_interval(secs => (r.provisioning_request -> 'policy' ->> '${name}')::float8)`

/** Open requests of a site whose next act by time was due before `latest`, if nothing has moved it; domain/overdue.ts knows more. */
export async function lateRequests({ pool }: Database, siteId: string, latest: Instant): Promise<LateRequest[]> {
  const { rows } = await pool.query<Row>(
    `select r.id, r.vm_name, r.state, r.provisioning_request -> 'policy' as policy, r.hold, r.grant_number, r.granted_at,
            r.lease_ends_at, r.expired_at, r.released_at, r.waiting_for,
            (select min(n.delivered_at) from notices n
             where n.request_id = r.id and n.event = 'vmReleased' and n.grant_number = r.grant_number and n.stage = r.round::text
               and n.state = 'delivered' and r.owner_id is distinct from ${whoReleased('r.id')}) as release_told_at,
            (select coalesce(jsonb_agg(jsonb_build_object('event', n.event, 'grantNumber', n.grant_number, 'stage', n.stage,
                      'deliveredAt', to_char(n.delivered_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))), '[]')
             from notices n where n.request_id = r.id and n.state = 'delivered'
               and n.event in ('leaseEnding', 'destructionNear')) as warnings
     from vm_requests r
     where r.site_id = $1 and r.closed_at is null and case r.state
       when 'active' then r.lease_ends_at
       when 'expired' then r.expired_at + ${policySeconds('graceSeconds')}
       when 'released' then r.released_at + ${policySeconds('undoSeconds')}
       when 'held' then (r.hold ->> 'cleanUpAt')::timestamptz end < $2
     order by r.id limit ${mostAtOnce}`,
    [siteId, latest],
  )
  return rows.map((row) => ({
    requestId: row.id,
    vmName: row.vm_name,
    state: row.state,
    policy: row.policy,
    warnings: row.warnings,
    ...(row.granted_at !== null &&
      row.lease_ends_at !== null && {
        grant: { number: row.grant_number, grantedAt: row.granted_at, endsAt: row.lease_ends_at },
      }),
    ...withoutNulls({
      hold: row.hold,
      expiredAt: row.expired_at,
      releasedAt: row.released_at,
      releaseToldAt: row.release_told_at,
      waitingFor: row.waiting_for?.sentence ?? null,
    }),
  }))
}
