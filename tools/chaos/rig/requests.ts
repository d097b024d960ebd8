import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { finalStates, type HoldStep, type VmRequestState } from '@berth/domain/vm-request.ts'
import { anSshPublicKey } from '@berth/testing/builders.ts'
import { until } from '@berth/testing/until.ts'
import type { ItemKind } from './drill-configuration.ts'
import type { Rig, RigSite } from './rig.ts'

export interface Wish {
  site?: RigSite
  item?: ItemKind
  leaseSeconds?: number
  /** `medium` needs an approval, and its disk is larger than its template's. */
  sizeId?: 'small' | 'medium'
}

/** Longer than any outage. */
const patienceSeconds = 900

/** Asks as a person would who presses again when no answer comes; answers the id that was acknowledged. */
export function ask(
  rig: Rig,
  { site = rig.sites[0], item = 'plain', leaseSeconds = 10, sizeId = 'small' }: Wish,
): Promise<string> {
  const idempotencyKey = randomUUID()
  const body = {
    ...{ catalogItemId: site?.catalogItem(item) ?? '', sizeId, leaseSeconds },
    ...{ purpose: 'to drill', sshPublicKeys: [anSshPublicKey] },
  }
  return looked(
    until(
      'a request to be acknowledged',
      async () => (await rig.as('developer').call('createVmRequest', { idempotencyKey, body })).body.id,
      patienceSeconds,
    ),
  )
}

/** So many at a rate, spread over all sites; resolves when all are acknowledged. */
export function askMany(
  rig: Rig,
  count: number,
  perSecond: number,
  wishOf: (n: number) => Wish = () => ({}),
): Promise<string[]> {
  const asking = async () => {
    const asked: Promise<string>[] = []
    for (let n = 0; n < count; n++) {
      asked.push(ask(rig, { ...siteInTurn(rig, n), ...wishOf(n) }))
      await pause(1_000 / perSecond)
    }
    return Promise.all(asked)
  }
  return looked(asking())
}

export function siteInTurn(rig: Rig, n: number): Pick<Wish, 'site'> {
  const site = rig.sites[n % rig.sites.length]
  return site === undefined ? {} : { site }
}

/** For a promise that is awaited only later: until then its failure is nobody's. */
function looked<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

/** How many of these requests are in which state; read past all proxies. */
export async function states(rig: Rig, ids: readonly string[]): Promise<Map<VmRequestState, string[]>> {
  const rows = await rig.rows<{ id: string; state: VmRequestState }>(
    'select id, state from vm_requests where id = any($1)',
    [ids],
  )
  const found = Map.groupBy(rows, ({ state }) => state)
  return new Map([...found].map(([state, those]) => [state, those.map(({ id }) => id)]))
}

/** How many have not come to their end. Fails while the database is away. */
export async function countOpen({ database }: Rig): Promise<number> {
  const { rows } = await database.pool.query<{ open: number }>(
    'select count(*)::int as open from vm_requests where closed_at is null',
  )
  return rows[0]?.open ?? 0
}

/** Resolves when every one of these requests is in one of the states; answers the seconds it took. */
export async function allIn(
  rig: Rig,
  ids: readonly string[],
  wanted: readonly VmRequestState[],
  withinSeconds: number,
): Promise<number> {
  const began = performance.now()
  await until(
    `${ids.length} requests to be ${wanted.join(', ')}`,
    async () => {
      const now = await states(rig, ids)
      const there = wanted.reduce((sum, state) => sum + (now.get(state)?.length ?? 0), 0)
      if (there === ids.length) return true
      throw new Error([...now].map(([state, those]) => `${those.length} ${state}`).join(', '))
    },
    withinSeconds,
  )
  return (performance.now() - began) / 1_000
}

/** Which of these requests wait for a person, and why. */
export async function holdsOf(rig: Rig, ids: readonly string[]): Promise<string[]> {
  const rows = await rig.rows<{ hold: string }>(
    `select concat_ws(' ', id, 'at', hold ->> 'step', hold ->> 'code', hold ->> 'message') as hold from vm_requests
     where state = 'held' and id = any($1)`,
    [ids],
  )
  return rows.map(({ hold }) => hold)
}

/** Resolves when all that was asked for has come to its end. */
export const allEnded = (rig: Rig, ids: readonly string[], withinSeconds = 120): Promise<number> =>
  allIn(rig, ids, finalStates, withinSeconds)

interface Settled {
  /** Until each had ended or was held. */
  seconds: number
  /** Those that an operator was needed for, with why. */
  held: string[]
}

/**
 * Resolves when each has ended or is held, and then, after an operator has told the held ones to try again, when all have
 * ended.
 */
export async function settle(rig: Rig, ids: readonly string[], withinSeconds = 120): Promise<Settled> {
  const seconds = await allIn(rig, ids, [...finalStates, 'held'], withinSeconds).catch(async (problem: Error) => {
    throw new Error([problem.message, ...(await holdsOf(rig, ids))].join('; held: '), { cause: problem })
  })
  const held = await holdsOf(rig, ids)
  if (held.length > 0) rig.plan.note(`an operator tries ${held.length} held requests again`)
  const end = performance.now() + withinSeconds * 1_000
  for (;;) {
    await retryHeld(rig, ids)
    const ended = await allEnded(rig, ids, 2).catch((problem: unknown) => problem)
    if (typeof ended === 'number') return { seconds, held }
    if (performance.now() > end) throw ended
  }
}

/** Their owner gives back what is left of them, an operator tries what is held again; resolves when all have ended. */
export async function giveBack(rig: Rig, ids: readonly string[], withinSeconds = 120): Promise<Settled> {
  const began = performance.now()
  const developer = rig.as('developer')
  const held = new Set<string>()
  const release = (id: string) => developer.call('releaseVm', { params: { id }, body: {} }).catch(() => undefined)
  await until(
    'all to be given back and to end',
    async () => {
      for (const hold of await holdsOf(rig, ids)) held.add(hold)
      await retryHeld(rig, ids)
      const now = await states(rig, ids)
      await Promise.all([...(now.get('active') ?? []), ...(now.get('expired') ?? [])].map(release))
      return finalStates.reduce((sum, state) => sum + (now.get(state)?.length ?? 0), 0) === ids.length
    },
    withinSeconds,
  )
  return { seconds: (performance.now() - began) / 1_000, held: [...held] }
}

async function retryHeld(rig: Rig, ids: readonly string[]): Promise<void> {
  const rows = await rig.rows<{ id: string; step: HoldStep; attempt: number }>(
    `select id, hold ->> 'step' as step, (hold ->> 'attempt')::int as attempt from vm_requests
     where state = 'held' and id = any($1)`,
    [ids],
  )
  const operator = rig.as('operator')
  for (const { id, step, attempt } of rows)
    await operator
      .call('operatorDecision', { params: { id }, body: { step, attempt, action: 'retry' } })
      .catch(() => undefined)
}

/** Decides about whatever is open, as the approver does, until the end of the work. */
export async function withApprover<T>(
  rig: Rig,
  work: () => Promise<T>,
  decisionOn: (id: string) => 'approved' | 'declined' = () => 'approved',
): Promise<T> {
  let done = false
  const deciding = (async () => {
    while (!done) {
      await decideAll(rig, decisionOn).catch(() => undefined)
      await pause(500)
    }
  })()
  try {
    return await work()
  } finally {
    done = true
    await deciding
  }
}

async function decideAll(rig: Rig, decisionOn: (id: string) => 'approved' | 'declined'): Promise<void> {
  const { rows } = await rig.database.pool.query<{ requestId: string; id: string }>(
    `select a.request_id as "requestId", a.id from approvals a join vm_requests r on r.id = a.request_id
     where a.opened_at is not null and a.decision is null and r.state = 'awaitingApproval'`,
  )
  const approver = rig.as('approver')
  await Promise.all(
    rows.map(({ requestId, id }) => {
      const decision = decisionOn(requestId)
      const body = { decision, approvalId: id, ...(decision === 'declined' && { reason: 'a drill' }) }
      return approver.call('decideApproval', { params: { id: requestId }, body }).catch(() => undefined)
    }),
  )
}
