import { setTimeout as pause } from 'node:timers/promises'
import { secondsBetween, type Instant } from '@berth/domain/instant.ts'
import type { VmRequestState } from '@berth/domain/vm-request.ts'
import { startBenchBerth, type BenchBerth } from './bench-berth.ts'
import { percentile } from './percentile.ts'
import { processorSeconds } from './processor-times.ts'
import { ask } from './requests.ts'
import { startTemporalOnPostgres } from './temporal-on-postgres.ts'
import { watchClones } from './watch-clones.ts'

const cloneSeconds = 1
const guestSeconds = 0.5
const leaseSeconds = 8
const policies = { minLeaseSeconds: 1, warningSeconds: [4, 2], graceSeconds: 3, undoSeconds: 2 }
/** From the click to the last event, if nothing waits for anything. */
const lifeSeconds = cloneSeconds + guestSeconds + leaseSeconds + policies.graceSeconds

export interface LivesOptions {
  perSecond: number
  minutes: number
  sites: number
  /** Temporal's server with PostgreSQL instead of the development server. */
  onPostgres: boolean
}

export interface LivesFigures extends LivesOptions {
  asked: number
  /** That the API refused, or did not answer. */
  refused: number
  /** Whole lives that ended each second, from when the first could have ended. */
  endedPerSecond: number
  /** Asked for and neither ended as they should nor at all. */
  failed: number
  overheadMsP50: number
  overheadMsP99: number
  mostClonesAtOnce: number
  /** How late the last one ended. */
  secondsBehind: number
  /** Of the machine's processors, by process. */
  cores: Record<string, number>
}

/** Whole lives at a steady rate: asked for, built, warned twice, powered off, warned, destroyed. */
export async function benchLives(options: LivesOptions): Promise<LivesFigures> {
  const temporal = options.onPostgres ? await startTemporalOnPostgres() : undefined
  try {
    const berth = await startBenchBerth({
      ...{ cloneSeconds, guestSeconds, sites: options.sites, inventoryVms: 1, policies },
      ...(temporal && { temporal }),
    })
    try {
      return await measure(berth, options)
    } finally {
      await berth.stop()
    }
  } finally {
    await temporal?.stop()
  }
}

async function measure(berth: BenchBerth, options: LivesOptions): Promise<LivesFigures> {
  const count = Math.round(options.perSecond * options.minutes * 60)
  const began = Date.now()
  const before = berth.processorTimes()
  const clones = watchClones(berth.settings)
  const asked: Promise<string | undefined>[] = []
  for (let n = 0; n < count; n++) {
    await pause(Math.max(0, began + (n * 1_000) / options.perSecond - Date.now()))
    asked.push(ask(berth, n, leaseSeconds).catch(() => undefined))
  }
  const ids = (await Promise.all(asked)).filter((id) => id !== undefined)
  const cores = processorSeconds(before, berth.processorTimes()).map(
    ([name, seconds]) => [name, seconds / ((Date.now() - began) / 1_000)] as const,
  )
  await untilAllEnded(berth, ids, 120 + lifeSeconds)
  const mostClonesAtOnce = await clones.stop()
  const lives = await livesOf(berth, ids)
  const ended = lives.filter(({ state }) => state === 'retired')
  const overheads = ended.map(
    ({ requestedAt, handedOverAt }) =>
      (secondsBetween(requestedAt, handedOverAt ?? '') - cloneSeconds - guestSeconds) * 1_000,
  )
  const ends = ended.map(({ closedAt }) => Date.parse(closedAt ?? '')).sort((a, b) => a - b)
  const [first = 0, last = 0] = [began + lifeSeconds * 1_000, ends.at(-1)]
  return {
    ...options,
    asked: count,
    refused: count - ids.length,
    endedPerSecond: ended.length / ((last - first) / 1_000),
    failed: ids.length - ended.length,
    overheadMsP50: percentile(overheads, 50),
    overheadMsP99: percentile(overheads, 99),
    mostClonesAtOnce,
    secondsBehind: Math.max(0, (last - began) / 1_000 - options.minutes * 60 - lifeSeconds),
    cores: Object.fromEntries(cores.filter(([, share]) => share >= 0.01)),
  }
}

async function untilAllEnded({ database }: BenchBerth, ids: readonly string[], withinSeconds: number): Promise<void> {
  const end = Date.now() + withinSeconds * 1_000
  while (Date.now() < end) {
    const { rows } = await database.pool.query<{ open: number }>(
      'select count(*)::int as open from vm_requests where id = any($1) and closed_at is null',
      [ids],
    )
    if (rows[0]?.open === 0) return
    await pause(500)
  }
}

interface Lived {
  state: VmRequestState
  requestedAt: Instant
  handedOverAt: Instant | null
  closedAt: Instant | null
}

async function livesOf({ database }: BenchBerth, ids: readonly string[]): Promise<Lived[]> {
  const { rows } = await database.pool.query<Lived>(
    `select state, requested_at as "requestedAt", handed_over_at as "handedOverAt", closed_at as "closedAt"
     from vm_requests where id = any($1)`,
    [ids],
  )
  return rows
}
