import { setTimeout as pause } from 'node:timers/promises'
import { exactly, told, type Figure } from '../../figures.ts'
import { lapseSeconds } from '../../rig/drill-configuration.ts'
import { allEnded, allIn, ask } from '../../rig/requests.ts'
import type { Rig } from '../../rig/rig.ts'

/** Approvals, refusals and cancellations, so many of each, for one request at once. */
export async function decisionRace(rig: Rig): Promise<Figure[]> {
  const each = rig.isLong ? 50 : 15
  const id = await ask(rig, { sizeId: 'medium', leaseSeconds: 5 })
  await allIn(rig, [id], ['awaitingApproval'], 30)
  rig.plan.note(`${each} approvals, ${each} refusals and ${each} cancellations at once for ${id}`)
  await Promise.allSettled(Array.from({ length: each }, () => decideEveryWay(rig, id)).flat())
  await allEnded(rig, [id], 60)
  return [
    exactly('R9', `transitions of ${3 * each} decisions and cancellations at once`, 1, (await ends(rig, [id])).length),
  ]
}

/** The same around the moment at which the approval lapses by itself. */
export async function lapseRace(rig: Rig): Promise<Figure[]> {
  const count = rig.isLong ? 40 : 8
  const ids = await Promise.all(Array.from({ length: count }, () => ask(rig, { item: 'lapsing', leaseSeconds: 5 })))
  await Promise.all(ids.map((id, n) => decideAsItLapses(rig, id, n / count)))
  await allEnded(rig, ids, 60)
  const ended = await ends(rig, ids)
  const perRequest = ids.map((id) => ended.filter(({ requestId }) => requestId === id).length)
  const ways = Map.groupBy(ended, ({ event }) => event)
  return [
    exactly(
      'R9',
      `transitions of each of ${count} that was decided as it lapsed, the most`,
      1,
      Math.max(...perRequest),
    ),
    exactly('R9', 'the fewest', 1, Math.min(...perRequest)),
    told('R9', 'of those', [...ways].map(([event, those]) => `${those.length} ${event}`).join(', ')),
  ]
}

/** From half a second before to a second after it, since timers are late by up to one. */
async function decideAsItLapses(rig: Rig, id: string, where: number): Promise<void> {
  await allIn(rig, [id], ['awaitingApproval', 'lapsed'], 30)
  const [row] = await rig.rows<{ openedAt: string }>(
    'select opened_at as "openedAt" from approvals where request_id = $1',
    [id],
  )
  const lapsesAt = Date.parse(row?.openedAt ?? '') + lapseSeconds * 1_000
  await pause(Math.max(0, lapsesAt - 500 + where * 1_500 - Date.now()))
  await Promise.allSettled(decideEveryWay(rig, id))
}

function decideEveryWay(rig: Rig, id: string): Promise<unknown>[] {
  const params = { id }
  return [
    rig.as('approver').call('decideApproval', { params, body: { decision: 'approved' } }),
    rig.as('approver').call('decideApproval', { params, body: { decision: 'declined', reason: 'a race' } }),
    rig.as('developer').call('cancelRequest', { params, body: {} }),
  ]
}

/** What ended the wait for an approval, as the audit has it. */
const ends = (rig: Rig, ids: readonly string[]): Promise<{ requestId: string; event: string }[]> =>
  rig.rows(
    `select request_id as "requestId", event from audit_entries where request_id = any($1)
     and detail ->> 'from' = 'awaitingApproval' and detail -> 'change' ->> 'state' is not null`,
    [ids],
  )
