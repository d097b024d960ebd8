import type { Evidence } from './evidence.ts'

/** I7: every clone was preceded by an approval for exactly that specification, by somebody else, or by a policy that needed none. */
export async function clonesWereApproved({ database, events }: Evidence): Promise<string[]> {
  const { rows } = await database.pool.query<ApprovedRow>(approvals)
  const firstMade = new Map(
    events
      .filter(({ kind }) => kind === 'created')
      .toReversed()
      .map(({ instanceUuid, at }) => [instanceUuid, at]),
  )
  return rows.flatMap((request) => {
    const isMade = firstMade.has(request.id) || request.cloneBeganAt !== null
    const madeAt = firstMade.get(request.id) ?? request.cloneBeganAt
    if (!isMade) return []
    if (request.ownDecisions > 0) return [`I7: request ${request.id} was decided by whoever asked for it`]
    if (!request.needed) return []
    const inTime = request.approvedAt !== null && (!madeAt || Date.parse(request.approvedAt) <= Date.parse(madeAt))
    return inTime ? [] : [`I7: the VM of request ${request.id} was made without an approval of what it is`]
  })
}

interface ApprovedRow {
  id: string
  needed: boolean
  /** When the last of the decisions fell that the specification needed; null when one is missing. */
  approvedAt: string | null
  ownDecisions: number
  cloneBeganAt: string | null
}

const approvals = `
  select r.id, (r.provisioning_request -> 'approval' ->> 'needed')::boolean as needed,
    (select case when bool_and(a.decision = 'approved' and a.decided_by = any(a.approvers)
        and a.spec_hash = r.provisioning_request ->> 'specHash') then max(a.decided_at) end
      from approvals a where a.request_id = r.id and a.subject = 'request') as "approvedAt",
    (select count(*)::int from approvals a where a.request_id = r.id
      and a.decided_by in (r.requester_id, r.owner_id)) as "ownDecisions",
    (select min(s.started_at) from steps s where s.request_id = r.id and s.name = 'clone') as "cloneBeganAt"
  from vm_requests r`
