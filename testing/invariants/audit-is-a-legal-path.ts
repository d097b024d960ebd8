import type { Database } from '@berth/database/connect.ts'
import { verifyAudit } from '@berth/database/verify-audit.ts'
import { berthItself } from '@berth/domain/transition.ts'
import { leadsTo, type HoldableState, type HoldStep, type VmRequestState } from '@berth/domain/vm-request.ts'

/** I6: the audit of a request is one legal path of its state table, each transition once, with who did it, and its hashes fit. */
export async function auditIsALegalPath(database: Database): Promise<string[]> {
  const { rows } = await database.pool.query<Entry>(entries)
  const breaks = await verifyAudit(database)
  return [
    ...[...Map.groupBy(rows, ({ requestId }) => requestId)].flatMap(([id, path]) => [
      ...steppedLegally(path).map((problem) => `I6: request ${id} ${problem}`),
      ...path.flatMap((entry) => doneBySomebody(entry)).map((problem) => `I6: request ${id}: ${problem}`),
    ]),
    ...breaks.map(({ chain, seq, problem }) => `I6: audit entry ${seq} of chain ${chain}: ${problem}`),
  ]
}

interface Entry {
  requestId: string
  event: string
  by: string
  isPerson: boolean
  /** Of what somebody sent; without it Berth did it by itself. */
  messageId: string | null
  detail: {
    from?: VmRequestState
    state?: VmRequestState
    change?: {
      state?: VmRequestState
      hold?: { heldFrom: HoldableState } | null
      step?: { name: HoldStep; state: string; attempt: number }
      decision?: { by: string }
    }
  }
}

const entries = `
  select a.request_id as "requestId", a.event, a.by, a.detail, u.id is not null as "isPerson", m.message_id as "messageId"
  from audit_entries a left join users u on u.id = a.by
    left join applied_messages m on m.request_id = a.request_id and m.audit_seq = a.seq
  where a.request_id is not null order by a.chain, a.seq`

function steppedLegally(path: readonly Entry[]): string[] {
  const found: string[] = []
  const ended = new Set<string>()
  let state: VmRequestState = 'validating'
  let heldFrom: HoldableState | undefined
  for (const { event, detail } of path) {
    const { change } = detail
    const next = change?.state ?? detail.state
    if (detail.from !== undefined && detail.from !== state)
      found.push(`was ${state} when it was recorded as ${detail.from} by ${event}`)
    const step = change?.step?.state === 'done' ? `${change.step.name} ${change.step.attempt}` : undefined
    // A state that is entered again says which further step ended in it: a power-off or a wake-up that was late.
    const isAgain = next === state && step !== undefined && !ended.has(step)
    if (step !== undefined) ended.add(step)
    if (next === undefined) continue
    const legal = event === 'reopened' ? reopens(state, next) : isAgain || leadsTo(state, next, heldFrom)
    if (!legal) found.push(`went from ${state} to ${next} by ${event}`)
    heldFrom = next === 'held' ? change?.hold?.heldFrom : undefined
    state = next
  }
  return found
}

/** Only what has failed is tried again, and from its beginning; a run that takes over leaves the state as it is. */
const reopens = (from: VmRequestState, to: VmRequestState): boolean =>
  from === 'failed' && (to === 'validating' || to === 'provisioning')

/** What was sent was sent by a person, but for a cancel in the Temporal UI, which says not whose; the rest does Berth itself. */
function doneBySomebody({ event, by, isPerson, messageId, detail }: Entry): string[] {
  const { decision } = detail.change ?? {}
  if (decision !== undefined && decision.by !== by) return [`${event} by ${by} says that ${decision.by} decided`]
  const isSent = event === 'requested' || (messageId !== null && !messageId.startsWith('temporal-cancel:'))
  if (isSent ? isPerson : by === berthItself) return []
  return [`${event} was done by ${by === '' ? 'nobody' : by}`]
}
