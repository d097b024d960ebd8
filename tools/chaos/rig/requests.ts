import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { finalStates, type HoldStep, type VmRequestState } from '@berth/domain/vm-request.ts'
import { anSshPublicKey } from '@berth/testing/builders.ts'
import { until } from '@berth/testing/until.ts'
import type { Rig, RigSite } from './rig.ts'

export interface Wish {
  site?: RigSite
  leaseSeconds?: number
  /** `medium` needs an approval. */
  sizeId?: 'small' | 'medium'
}

const patienceSeconds = 180

/** Asks as a person would who presses again when no answer comes; answers the id that was acknowledged. */
export async function ask(
  rig: Rig,
  { site = rig.sites[0], leaseSeconds = 10, sizeId = 'small' }: Wish,
): Promise<string> {
  const idempotencyKey = randomUUID()
  const body = {
    ...{ catalogItemId: site?.catalogItemId ?? '', sizeId, leaseSeconds },
    ...{ purpose: 'to drill', sshPublicKeys: [anSshPublicKey] },
  }
  return until(
    'a request to be acknowledged',
    async () => (await rig.as('developer').call('createVmRequest', { idempotencyKey, body })).body.id,
    patienceSeconds,
  )
}

/** So many at a rate, spread over all sites; resolves when all are acknowledged. */
export async function askMany(rig: Rig, count: number, perSecond: number, wish: Wish = {}): Promise<string[]> {
  const asked: Promise<string>[] = []
  for (let n = 0; n < count; n++) {
    const site = wish.site ?? rig.sites[n % rig.sites.length]
    asked.push(ask(rig, { ...wish, ...(site !== undefined && { site }) }))
    await pause(1_000 / perSecond)
  }
  return Promise.all(asked)
}

/** How many of these requests are in which state; read past all proxies. */
export async function states(rig: Rig, ids: readonly string[]): Promise<Map<VmRequestState, string[]>> {
  const { rows } = await rig.database.pool.query<{ id: string; state: VmRequestState }>(
    'select id, state from vm_requests where id = any($1)',
    [ids],
  )
  const found = Map.groupBy(rows, ({ state }) => state)
  return new Map([...found].map(([state, those]) => [state, those.map(({ id }) => id)]))
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

/** Resolves when all that was asked for has come to its end. */
export const allEnded = (rig: Rig, ids: readonly string[], withinSeconds = 120): Promise<number> =>
  allIn(rig, ids, finalStates, withinSeconds)

/**
 * Resolves when each has ended or is held, and then, after an operator has told the held ones to try again, when all have
 * ended. Answers how long the first took and how many an operator was needed for.
 */
export async function settle(
  rig: Rig,
  ids: readonly string[],
  withinSeconds = 120,
): Promise<{ seconds: number; held: number }> {
  const seconds = await allIn(rig, ids, [...finalStates, 'held'], withinSeconds)
  const held = (await states(rig, ids)).get('held')?.length ?? 0
  if (held > 0) rig.plan.note(`an operator tries ${held} held requests again`)
  const end = performance.now() + withinSeconds * 1_000
  for (;;) {
    await retryHeld(rig, ids)
    const ended = await allEnded(rig, ids, 2).catch((problem: unknown) => problem)
    if (typeof ended === 'number') return { seconds, held }
    if (performance.now() > end) throw ended
  }
}

async function retryHeld(rig: Rig, ids: readonly string[]): Promise<void> {
  const { rows } = await rig.database.pool.query<{ id: string; step: HoldStep; attempt: number }>(
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
export async function withApprover<T>(rig: Rig, work: () => Promise<T>): Promise<T> {
  let done = false
  const approving = (async () => {
    while (!done) {
      await approveAll(rig).catch(() => undefined)
      await pause(500)
    }
  })()
  try {
    return await work()
  } finally {
    done = true
    await approving
  }
}

async function approveAll(rig: Rig): Promise<void> {
  const { rows } = await rig.database.pool.query<{ requestId: string; id: string }>(
    `select request_id as "requestId", id from approvals where opened_at is not null and decision is null`,
  )
  for (const { requestId, id } of rows) {
    const body = { decision: 'approved', approvalId: id } as const
    await rig
      .as('approver')
      .call('decideApproval', { params: { id: requestId }, body })
      .catch(() => undefined)
  }
}
