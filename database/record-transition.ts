import type { Facts } from '@berth/domain/facts.ts'
import type { Instant } from '@berth/domain/instant.ts'
import type { RunIdentity } from '@berth/domain/run-identity.ts'
import type { Change, Transition } from '@berth/domain/transition.ts'
import { verdict } from '@berth/domain/approval.ts'
import { isFinal, leadsTo, type VmRequestState } from '@berth/domain/vm-request.ts'
import { addAppliedMessage, wasApplied } from './applied-messages.ts'
import { appendToRequest, wasRecorded } from './audit.ts'
import type { Database } from './connect.ts'
import { approvalsOf, factsOf } from './facts.ts'
import { fence } from './fence.ts'
import { giveBackAll, giveBackReservation } from './give-back.ts'
import { addNotices, addWarningInPerson } from './notice-rows.ts'
import { overtakeWarnings } from './notices.ts'
import {
  placeAgain,
  recordDecision,
  recordGrant,
  recordInterruptions,
  recordSteps,
  type LeftBehind,
} from './record-change.ts'
import { refuseTakenName } from './vm-names.ts'
import { transaction, type Queryable } from './transaction.ts'
import { updateRequest, type ColumnValues, type HeldRow, type VmRequestRow } from './vm-request-row.ts'

/**
 * Writes view, audit and pending notices in one transaction. Repeating a transition changes nothing.
 * An unknown run takes over instead: nothing of the transition is written, and it gets the facts to go on from. So does a
 * run whose message was applied before, by an earlier run.
 */
export const recordTransition = (
  database: Database,
  run: RunIdentity,
  transition: Transition,
): Promise<{ facts?: Facts }> =>
  transaction(database.pool, async (client) => {
    const { request, tookOver } = await fence(client, run, transition.n)
    if (tookOver || (await appliedBefore(client, run, transition))) return { facts: await factsOf(client, request) }
    const chosenName = transition.change.overrides?.vmName
    if (chosenName !== undefined) await refuseTakenName(client, request, chosenName)
    const head = await appendToRequest(client, request, {
      ...transition,
      runId: run.runId,
      detail: { from: request.state, change: transition.change, notices: transition.notices },
    })
    if (head === undefined) return repeated(client, request, run, transition)
    const changed = await updateRequest(client, request.id, { ...head, ...columnsOf(request, transition) })
    await recordRest(client, changed, transition)
    await recordInterruptions(client, changed, leftBehind(request, changed, transition.change), transition.at)
    if (transition.message !== undefined)
      await addAppliedMessage(client, request.id, transition.message, { seq: head.audit_seq, at: transition.at })
    await addNotices(client, changed, transition.notices, transition.at, database.publicUrl)
    return {}
  })

/** Steps run one at a time. A further grant ends the warning of the one before; a power-off goes on and notes it. */
function leftBehind(before: VmRequestRow, after: VmRequestRow, { step, grant }: Change): LeftBehind {
  const goesElsewhere = before.state !== after.state || before.round !== after.round || step?.state === 'running'
  if (goesElsewhere) return { every: true, but: step?.name }
  return grant === undefined ? {} : { only: 'warn' }
}

/** By another transition: this one, if it is only repeated, was recorded. */
const appliedBefore = async (client: Queryable, run: RunIdentity, { n, message }: Transition): Promise<boolean> =>
  message !== undefined && (await wasApplied(client, run.requestId, message.id)) && !(await wasRecorded(client, run, n))

/**
 * The answer of the first time, if this is the same transition. Else a workflow task wrote it that was lost afterwards, and
 * the next one decided otherwise: the run goes on from what is recorded.
 */
async function repeated(
  client: Queryable,
  request: VmRequestRow,
  run: RunIdentity,
  { n, event, by, change, notices }: Transition,
): Promise<{ facts?: Facts }> {
  const { rowCount } = await client.query(
    `select 1 from audit_entries where request_id = $1 and run_id = $2 and n = $3 and not detail ? 'tookOver'
       and event = $4 and by = $5 and detail -> 'change' = $6::jsonb and detail -> 'notices' = $7::jsonb`,
    [request.id, run.runId, n, event, by, JSON.stringify(change), JSON.stringify(notices)],
  )
  return rowCount === 1 ? {} : { facts: await factsOf(client, request) }
}

/** What the change means for the request's row. Members that are absent leave their column alone. */
function columnsOf(request: VmRequestRow, { change, at }: Transition): ColumnValues {
  const state = nextState(request, change)
  const { grant } = change
  const columns: ColumnValues = {
    state,
    round: change.round,
    hold: holdColumn(request, change, state, at),
    overrides: change.overrides && { ...request.overrides, ...change.overrides },
    vm_name: change.overrides?.vmName,
    placement: change.placeAgain && request.placement && { ...request.placement, replaced: true },
    vm_moid: change.vmMoid,
    address: change.address,
    handed_over_at: change.handedOverAt,
    expired_at: change.expiredAt,
    released_at: change.releasedAt,
    intent: change.intent,
    retire_to: change.retireTo,
    reasons: change.reasons,
    ...(grant && { grant_number: grant.number, granted_at: grant.grantedAt, lease_ends_at: grant.endsAt }),
    ...(isFinal(state) && { closed_at: at, name_held: false }),
    // What it waited for ends with the step that waited.
    ...((change.step !== undefined || state !== request.state) && { waiting_for: null }),
  }
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined))
}

/** Whoever leaves `held` leaves the hold behind; one that is only changed keeps its time. */
function holdColumn(
  request: VmRequestRow,
  { hold }: Change,
  state: VmRequestState,
  at: Instant,
): HeldRow | null | undefined {
  if (hold) return { ...hold, heldAt: request.hold?.heldAt ?? at }
  return state === 'held' ? hold : null
}

function nextState(request: VmRequestRow, change: Change): VmRequestState {
  const next = change.state ?? (change.hold ? 'held' : request.state)
  if (next !== request.state && !leadsTo(request.state, next, request.hold?.heldFrom))
    throw new Error(`request ${request.id} cannot go from ${request.state} to ${next}`)
  return next
}

/** Nothing is built that needs an approval and has none, whatever a workflow believes. */
async function refuseUnapproved(client: Queryable, request: VmRequestRow): Promise<void> {
  if (!request.provisioning_request.approval.needed) return
  const approvals = (await approvalsOf(client, request.id)).filter(({ subject }) => subject === 'request')
  if (verdict(approvals) !== 'approved') throw new Error(`request ${request.id} is not approved and cannot be built`)
}

async function recordRest(client: Queryable, request: VmRequestRow, { change, at, by }: Transition): Promise<void> {
  const steps = [
    ...(change.finished === undefined ? [] : [{ ...change.finished, state: 'done' as const }]),
    ...(change.step === undefined ? [] : [change.step]),
  ]
  await recordSteps(client, request, steps, at)
  if (change.placeAgain === true) await placeAgain(client, request)
  if (change.decision !== undefined) await recordDecision(client, request.id, change.decision, at)
  if (change.state === 'provisioning') await refuseUnapproved(client, request)
  if (change.grant !== undefined) {
    await recordGrant(client, request.id, change.grant, by)
    await overtakeWarnings(client, request.id, change.grant.number)
  }
  if (change.warning !== undefined) await addWarningInPerson(client, request, change.warning, by)
  if (change.state === 'active') await giveBackReservation(client, request.id)
  if (!isFinal(request.state)) return
  await giveBackAll(client, request.id)
  await overtakeWarnings(client, request.id)
}
