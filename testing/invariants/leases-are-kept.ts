import type { Evidence, VmEvent } from './evidence.ts'

/** I4: no VM stays powered on after its lease, none is destroyed before its end, no extension is lost. */
export async function leasesAreKept({ database, events, boundSeconds }: Evidence): Promise<string[]> {
  const { rows } = await database.pool.query<LeasedRow>(leasedRequests)
  const byUuid = Map.groupBy(events, ({ instanceUuid }) => instanceUuid)
  return rows.flatMap((request) => {
    const happened = byUuid.get(request.id) ?? []
    return [
      ...extensionsAreThere(request),
      ...(request.wasReleased ? [] : notDestroyedEarly(request, happened)),
      ...(boundSeconds === undefined || request.wasHeldToWarn ? [] : poweredOffInTime(request, happened, boundSeconds)),
    ]
  })
}

interface LeasedRow {
  id: string
  endsAt: string
  leaseEndsAt: string
  grants: number
  grantsAudited: number
  wasReleased: boolean
  wasHeldToWarn: boolean
}

const leasedRequests = `
  select r.id, r.lease_ends_at as "leaseEndsAt",
    (select max(g.ends_at) from lease_grants g where g.request_id = r.id) as "endsAt",
    (select count(*)::int from lease_grants g where g.request_id = r.id) as "grants",
    (select count(*)::int from audit_entries a where a.request_id = r.id and a.detail -> 'change' ? 'grant') as "grantsAudited",
    r.released_at is not null as "wasReleased",
    exists (select 1 from audit_entries a where a.request_id = r.id
      and a.detail -> 'change' -> 'hold' ->> 'step' = 'warn') as "wasHeldToWarn"
  from vm_requests r where r.handed_over_at is not null`

function extensionsAreThere({ id, endsAt, leaseEndsAt, grants, grantsAudited }: LeasedRow): string[] {
  if (grants === grantsAudited && endsAt === leaseEndsAt) return []
  return [
    `I4: request ${id} was granted a lease ${grantsAudited} times, has ${grants} grants to ${endsAt} and ends at ${leaseEndsAt}`,
  ]
}

const notDestroyedEarly = ({ id, endsAt }: LeasedRow, events: readonly VmEvent[]): string[] =>
  events
    .filter(({ kind, at }) => kind === 'destroyed' && at !== undefined && Date.parse(at) < Date.parse(endsAt))
    .map(({ at }) => `I4: the VM of request ${id} was destroyed at ${at}, its lease ends at ${endsAt}`)

function poweredOffInTime({ id, endsAt }: LeasedRow, events: readonly VmEvent[], boundSeconds: number): string[] {
  const latest = Date.parse(endsAt) + boundSeconds * 1_000
  const before = events.filter(({ at }) => at === undefined || Date.parse(at) <= latest)
  const last = before.findLast(({ kind }) => kind !== 'created')
  if (Date.now() <= latest || last?.kind !== 'poweredOn') return []
  return [`I4: the VM of request ${id} was on ${boundSeconds} s after its lease had ended at ${endsAt}`]
}
