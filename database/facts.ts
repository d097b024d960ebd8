import type { Approval } from '@berth/domain/approval.ts'
import type { DeliveredWarning, Facts, Hold, StepFact } from '@berth/domain/facts.ts'
import type { Instant } from '@berth/domain/instant.ts'
import { appliedMessagesOf } from './applied-messages.ts'
import type { NoticeOrder } from '@berth/domain/notice.ts'
import type { Queryable } from './transaction.ts'
import type { VmRequestRow } from './vm-request-row.ts'
import { whoReleased } from './who-released.ts'
import { withoutNulls, type WithoutNulls } from './without-nulls.ts'

/** Everything about a request that outlives a run of its workflow. */
export async function factsOf(client: Queryable, request: VmRequestRow): Promise<Facts> {
  const steps = await stepsOf(client, request.id)
  const approvals = await approvalsOf(client, request.id)
  const warnings = await warningsOf(client, request.id)
  const releasedBy = await releasedByOf(client, request.id)
  const appliedMessages = await appliedMessagesOf(client, request.id)
  const pendingNotices = await pendingNoticesOf(client, request.id)
  return {
    state: request.state,
    round: request.round,
    steps,
    approvals,
    warnings,
    appliedMessages,
    ...(pendingNotices.length > 0 && { pendingNotices }),
    extensions: Math.max(0, request.grant_number - 1),
    ...(releasedBy !== undefined && { releasedBy }),
    ...withoutNulls({
      hold: holdOf(request),
      placement: request.placement,
      vmMoid: request.vm_moid,
      overrides: request.overrides,
      address: request.address,
      handedOverAt: request.handed_over_at,
      expiredAt: request.expired_at,
      releasedAt: request.released_at,
      intent: request.intent,
      retireTo: request.retire_to,
      reasons: request.reasons,
    }),
    ...(request.granted_at !== null &&
      request.lease_ends_at !== null && {
        grant: { number: request.grant_number, grantedAt: request.granted_at, endsAt: request.lease_ends_at },
      }),
  }
}

function holdOf({ hold }: VmRequestRow): Hold | null {
  if (hold === null) return null
  const { heldAt: _, ...rest } = hold
  return rest
}

/** A step that was left undone had begun: it may have done something. */
async function stepsOf(client: Queryable, requestId: string): Promise<StepFact[]> {
  const { rows } = await client.query<StepFact>(
    `select name, round, case when state = 'waiting' and ended_at is not null then 'running' else state end as state, attempt
     from steps where request_id = $1 order by id`,
    [requestId],
  )
  return rows
}

interface ApprovalRow {
  id: string
  subject: Approval['subject']
  specHash: string
  level: number
  approvers: string[]
  openedAt: Instant | null
  decision: NonNullable<Approval['decision']> | null
  by: string | null
  reason: string | null
  decidedAt: Instant | null
}

export async function approvalsOf(client: Queryable, requestId: string): Promise<WithoutNulls<ApprovalRow>[]> {
  const { rows } = await client.query<ApprovalRow>(
    `select id, subject, spec_hash as "specHash", level, approvers, opened_at as "openedAt", decision,
            decided_by as "by", reason, decided_at as "decidedAt"
     from approvals where request_id = $1 order by level, opened_at, id`,
    [requestId],
  )
  return rows.map(withoutNulls)
}

async function warningsOf(client: Queryable, requestId: string): Promise<DeliveredWarning[]> {
  const { rows } = await client.query<DeliveredWarning>(
    `select event, grant_number as "grantNumber", stage, min(delivered_at) as "deliveredAt"
     from notices
     where request_id = $1 and event in ('leaseEnding', 'destructionNear') and state = 'delivered'
     group by event, grant_number, stage order by min(delivered_at)`,
    [requestId],
  )
  return rows
}

/** Those that gate nothing: a warning that gates is sent again by its time. Tried for a day, then undelivered. */
async function pendingNoticesOf(client: Queryable, requestId: string): Promise<NoticeOrder[]> {
  const { rows } = await client.query<NoticeOrder>(
    `select event, audience, grant_number as "grantNumber", stage from notices
     where request_id = $1 and state = 'pending' and event not in ('leaseEnding', 'destructionNear')
       and created_at > now() - interval '24 hours'
     group by event, audience, grant_number, stage order by min(created_at), event, audience`,
    [requestId],
  )
  return rows
}

async function releasedByOf(client: Queryable, requestId: string): Promise<string | undefined> {
  const { rows } = await client.query<{ by: string | null }>(`select ${whoReleased('$1')} as by`, [requestId])
  return rows[0]?.by ?? undefined
}
