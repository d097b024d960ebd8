import {
  findingKinds,
  findingMeanings,
  type Finding,
  type FindingKind,
  type FindingSeverity,
} from '@berth/domain/finding.ts'
import type { Instant } from '@berth/domain/instant.ts'
import type { Held, VmRequestState } from '@berth/domain/vm-request.ts'
import type { Database } from './connect.ts'
import { withoutNulls } from './without-nulls.ts'

export interface SeenFinding extends Omit<Finding, 'requestId' | 'repaired'> {
  id: string
  siteId: string
  /** Runs in a row that saw it. */
  seenCount: number
  firstSeenAt: Instant
  lastSeenAt: Instant
  /** When Berth put it right; absent while it is open. */
  repairedAt?: Instant
  request?: FindingRequest
}

/** The request that a finding is about, with what decides what the reader may do. */
export interface FindingRequest {
  id: string
  vmName: string
  ownerId: string
  ownerName: string
  teamId: string
  requesterId: string
  state: VmRequestState
  hold?: Held
}

export interface FindingFilter {
  siteId?: string
  kind?: readonly FindingKind[]
  severity?: readonly FindingSeverity[]
  requestId?: string
}

/** How long what Berth put right is still told. */
const repairedShownHours = 24

interface Row {
  finding: Omit<SeenFinding, 'request' | 'repairedAt' | 'address'>
  address: string | null
  repairedAt: Instant | null
  request: (Omit<FindingRequest, 'hold'> & { hold: Held | null }) | null
}

/** Findings that enough runs saw and that are open, most pressing and oldest first; then what was put right of late. */
export async function listedFindings({ pool }: Database, filter: FindingFilter = {}): Promise<SeenFinding[]> {
  const kinds = findingKinds.filter(
    (kind) =>
      (filter.kind?.includes(kind) ?? true) && (filter.severity?.includes(findingMeanings[kind].severity) ?? true),
  )
  const { rows } = await pool.query<Row>(
    `select f.address, f.repaired_at as "repairedAt",
            jsonb_build_object('id', f.id::text, 'siteId', f.site_id, 'kind', f.kind, 'subject', f.subject, 'detail', f.detail,
              'seenCount', f.seen_count) as finding, f.first_seen_at as "firstSeenAt", f.last_seen_at as "lastSeenAt",
            case when r.id is not null then jsonb_build_object('id', r.id, 'vmName', r.vm_name, 'ownerId', r.owner_id,
              'ownerName', u.display_name, 'teamId', r.team_id, 'requesterId', r.requester_id, 'state', r.state,
              'hold', r.hold) end as request
     from findings f join unnest($1::text[], $2::int[]) with ordinality as k (kind, runs, rank) on k.kind = f.kind
       left join vm_requests r on r.id = f.request_id left join users u on u.id = r.owner_id
     where ((f.resolved_at is null and f.seen_count >= k.runs) or f.repaired_at > now() - make_interval(hours => $3))
       and ($4::text is null or f.site_id = $4) and ($5::uuid is null or f.request_id = $5)
     order by f.repaired_at is not null, k.rank, f.first_seen_at, f.id`,
    [
      kinds,
      kinds.map((kind) => findingMeanings[kind].runs),
      repairedShownHours,
      filter.siteId ?? null,
      filter.requestId ?? null,
    ],
  )
  return rows.map(({ finding, request, address, repairedAt, ...moments }) => ({
    ...finding,
    ...moments,
    ...withoutNulls({ address, repairedAt }),
    ...(request !== null && { request: withoutNulls(request) }),
  }))
}
