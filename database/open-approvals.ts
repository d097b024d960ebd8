import { randomUUID } from 'node:crypto'
import { eligibleApprovers, type Approval } from '@berth/domain/approval.ts'
import type { Instant } from '@berth/domain/instant.ts'
import { berthItself } from '@berth/domain/transition.ts'
import { auditRequest } from './audit.ts'
import type { Database } from './connect.ts'
import { approvalsOf } from './facts.ts'
import { RecordsFault } from './records-fault.ts'
import { transaction, type Queryable } from './transaction.ts'
import { lockRequest, type VmRequestRow } from './vm-request-row.ts'

/** Opens the decision about a request; asked again, answers the rows that are there. Nobody eligible is `noApprover`. */
export const openApprovals = (database: Database, requestId: string, openedAt: Instant): Promise<Approval[]> =>
  transaction(database.pool, async (client) => {
    const request = await lockRequest(client, requestId)
    const present = await requestApprovals(client, requestId)
    if (present.length > 0) return present
    const approvers = await whoMayApprove(client, request)
    if (approvers.length === 0)
      throw new RecordsFault('noApprover', `team ${request.team_id} has no approver other than who asks`)
    await client.query(
      `insert into approvals (id, request_id, subject, spec_hash, level, approvers, opened_at)
       values ($1, $2, 'request', $3, 1, $4, $5)`,
      [randomUUID(), requestId, request.provisioning_request.specHash, approvers, openedAt],
    )
    await auditRequest(client, request, {
      at: openedAt,
      by: berthItself,
      event: 'approvalOpened',
      detail: { approvers },
    })
    return requestApprovals(client, requestId)
  })

async function whoMayApprove(client: Queryable, request: Pick<VmRequestRow, 'team_id' | 'requester_id' | 'owner_id'>) {
  const approvers = await approversOf(client, request.team_id)
  return eligibleApprovers(approvers, [request.requester_id, request.owner_id])
}

export async function approversOf(client: Queryable, teamId: string): Promise<string[]> {
  const { rows } = await client.query<{ user_id: string }>(
    'select user_id from team_approvers where team_id = $1 order by user_id',
    [teamId],
  )
  return rows.map(({ user_id }) => user_id)
}

async function requestApprovals(client: Queryable, requestId: string): Promise<Approval[]> {
  const approvals = await approvalsOf(client, requestId)
  return approvals.filter(({ subject }) => subject === 'request')
}
