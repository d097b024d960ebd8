import { setTimeout as pause } from 'node:timers/promises'
import { secondsBetween, type Instant } from '@berth/domain/instant.ts'
import type { VmRequestState } from '@berth/domain/vm-request.ts'
import { anSshPublicKey } from '@berth/testing/builders.ts'
import type { BenchBerth } from './bench-berth.ts'
import { percentile } from './percentile.ts'

/** Asks for the n-th VM, spread over the sites; answers the request's id. */
export async function ask({ api, catalogItems }: BenchBerth, n: number, leaseSeconds: number): Promise<string> {
  const { body } = await api.call('createVmRequest', {
    idempotencyKey: crypto.randomUUID(),
    body: {
      catalogItemId: catalogItems[n % catalogItems.length] ?? '',
      ...{ sizeId: 'small', leaseSeconds, purpose: 'to measure Berth', sshPublicKeys: [anSshPublicKey] },
    },
  })
  return body.id
}

/** At a rate, or all at once; resolves when all are acknowledged. */
export async function askMany(
  berth: BenchBerth,
  count: number,
  { perSecond, leaseSeconds }: { perSecond?: number; leaseSeconds: number },
): Promise<string[]> {
  const asked: Promise<string>[] = []
  for (let n = 0; n < count; n++) {
    asked.push(ask(berth, n, leaseSeconds))
    if (perSecond !== undefined) await pause(1_000 / perSecond)
  }
  return Promise.all(asked)
}

const neverWanted: readonly VmRequestState[] = ['held', 'failed', 'rejected', 'cancelled']

/** Looks past the API, so that looking is not what is measured. One that went wrong ends the measurement. */
export async function untilAllAre(
  { database }: BenchBerth,
  ids: readonly string[],
  wanted: VmRequestState,
): Promise<void> {
  for (;;) {
    const { rows } = await database.pool.query<{ state: VmRequestState; count: number }>(
      'select state, count(*)::int as count from vm_requests where id = any($1) group by state',
      [ids],
    )
    const wrong = rows.find(({ state }) => neverWanted.includes(state) && state !== wanted)
    if (wrong !== undefined) throw new Error(`${wrong.count} requests are ${wrong.state}`)
    if (rows.find(({ state }) => state === wanted)?.count === ids.length) return
    await pause(200)
  }
}

export interface Overheads {
  p50: number
  p99: number
  /** From the first acceptance to the last hand-over. */
  wallSeconds: number
}

/** (handed over − accepted) − what vCenter and the guest took, in milliseconds: what Berth itself takes. */
export async function overheadsOf(
  { database }: BenchBerth,
  ids: readonly string[],
  vcenterAndGuestSeconds: number,
): Promise<Overheads> {
  const { rows } = await database.pool.query<{ from: Instant; to: Instant }>(
    'select requested_at as "from", handed_over_at as "to" from vm_requests where id = any($1)',
    [ids],
  )
  const milliseconds = rows.map(({ from, to }) => (secondsBetween(from, to) - vcenterAndGuestSeconds) * 1_000)
  const first = rows.map(({ from }) => from).sort()[0] ?? ''
  const last =
    rows
      .map(({ to }) => to)
      .sort()
      .at(-1) ?? ''
  return {
    p50: percentile(milliseconds, 50),
    p99: percentile(milliseconds, 99),
    wallSeconds: secondsBetween(first, last),
  }
}
