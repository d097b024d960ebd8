import type { Instant } from '@berth/domain/instant.ts'
import type { Change, RecordedDecision } from '@berth/domain/transition.ts'
import type { HoldStep } from '@berth/domain/vm-request.ts'
import { giveBackReservation } from './give-back.ts'
import type { Queryable } from './transaction.ts'
import type { VmRequestRow } from './vm-request-row.ts'

/** Steps of the present round. One starts again after it was done, and goes on after it failed. */
export async function recordSteps(
  client: Queryable,
  request: VmRequestRow,
  steps: readonly NonNullable<Change['step']>[],
  at: Instant,
): Promise<void> {
  if (steps.length === 0) return
  await client.query(
    `insert into steps (request_id, name, round, state, attempt, started_at, ended_at)
     select $1, name, $2, state, attempt, case when state = 'running' then $3::timestamptz end,
            case when state not in ('running', 'waiting') then $3::timestamptz end
     from unnest($4::text[], $5::text[], $6::int[]) as step (name, state, attempt)
     on conflict (request_id, name, round) do update set
       state = excluded.state, attempt = excluded.attempt, ended_at = excluded.ended_at,
       started_at = case when steps.state in ('running', 'failed') then coalesce(steps.started_at, excluded.started_at)
                         else coalesce(excluded.started_at, steps.started_at) end`,
    [
      ...[request.id, request.round, at],
      ...[steps.map(({ name }) => name), steps.map(({ state }) => state), steps.map(({ attempt }) => attempt)],
    ],
  )
}

/** Its space is given back, and taken anew where the step finds it. */
export async function placeAgain(client: Queryable, request: VmRequestRow): Promise<void> {
  await client.query(
    `update steps set state = 'waiting', ended_at = null where request_id = $1 and name = 'place' and round = $2`,
    [request.id, request.round],
  )
  await giveBackReservation(client, request.id)
}

/** Which running steps a change leaves undone. */
export interface LeftBehind {
  every?: true
  but?: HoldStep | undefined
  only?: HoldStep
}

/**
 * Steps that a change leaves behind undone: nobody runs them any more. They wait, with the time when they
 * were left; the facts still tell a run that they had begun, so that what they may have done is undone.
 */
export async function recordInterruptions(
  client: Queryable,
  request: VmRequestRow,
  { every, but, only }: LeftBehind,
  at: Instant,
): Promise<void> {
  if (every === undefined && only === undefined) return
  await client.query(
    `update steps set state = 'waiting', ended_at = $2
     where request_id = $1 and state = 'running' and (name = $3 or ($4 and not (name = coalesce($5, '') and round = $6)))`,
    [request.id, at, only ?? null, every ?? false, but ?? null, request.round],
  )
}

export async function recordDecision(
  client: Queryable,
  requestId: string,
  decision: RecordedDecision,
  at: Instant,
): Promise<void> {
  const { rowCount } = await client.query(
    `update approvals set decision = $3, decided_by = $4, reason = $5, decided_at = $6
     where id = $1 and request_id = $2 and opened_at is not null and decision is null`,
    [decision.approvalId, requestId, decision.decision, decision.by, decision.reason ?? null, at],
  )
  if (rowCount !== 1) throw new Error(`approval ${decision.approvalId} of request ${requestId} is not open`)
}

export async function recordGrant(
  client: Queryable,
  requestId: string,
  grant: NonNullable<Change['grant']>,
  by: string,
): Promise<void> {
  await client.query(
    `insert into lease_grants (request_id, number, granted_at, ends_at, seconds, capped_by, granted_by)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [requestId, grant.number, grant.grantedAt, grant.endsAt, Math.round(grant.seconds), grant.cappedBy, by],
  )
}
