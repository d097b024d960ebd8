import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { provisioningRequestOf } from '@berth/database/outbox.ts'
import { provisionVmType, reopenOptions } from '@berth/workflows/messages.ts'
import { startBenchBerth, type BenchBerth } from './bench-berth.ts'
import { memoryOf } from './memory-of.ts'
import { ask, untilAllAre } from './requests.ts'

export interface LeasesFigures {
  leases: number
  /** Of the workers' process when all leases are open and nothing happens. */
  residentMiB: number
  /** The most it took meanwhile, while all of them were begun. */
  peakMiB: number
  /** Of one core, while nothing happens. */
  idleCpuPercent: number
  /** From a kill -9 until it serves again. */
  coldStartSeconds: number
  /** After that, with every lease open and no workflow in its cache. */
  residentAfterStartMiB: number
}

const policies = { warningSeconds: [86_400] }
const idleSeconds = 30

/** What the workers take that look after many leases, each a workflow that waits for its next warning. */
export async function benchLeases(leases: number): Promise<LeasesFigures> {
  const berth = await startBenchBerth({
    ...{ cloneSeconds: 0, guestSeconds: 0, sites: 1, inventoryVms: 1, policies },
    // The VMs of copied requests do not exist, and need not be missed.
    environment: { BERTH_RECONCILE_SECONDS: '86400' },
  })
  try {
    const original = await ask(berth, 0, 600)
    await untilAllAre(berth, [original], 'active')
    await beginCopies(berth, original, leases)
    await pause(idleSeconds * 1_000)
    const idle = await idleCpu(berth)
    const { residentMiB, peakMiB } = memoryOf(berth.pidOf('workers'))
    const coldStartSeconds = await restart(berth)
    await pause(5_000)
    return {
      ...{ leases, residentMiB, peakMiB, idleCpuPercent: idle, coldStartSeconds },
      residentAfterStartMiB: memoryOf(berth.pidOf('workers')).residentMiB,
    }
  } finally {
    await berth.stop()
  }
}

const atOnce = 40
/** More take longer than a statement may. */
const rowsAtOnce = 500

/** The rows of one lease, again and again, and a workflow for each: building so many VMs would take the simulator hours. */
async function beginCopies(berth: BenchBerth, original: string, count: number): Promise<void> {
  const ids = Array.from({ length: count }, () => crypto.randomUUID())
  for (let from = 0; from < count; from += rowsAtOnce)
    await copyRows(berth, original, ids.slice(from, from + rowsAtOnce))
  const { workflow } = berth.temporal
  const waiting = [...ids]
  const begin = async () => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const request = await provisioningRequestOf(berth.database, id)
      await workflow.start(provisionVmType, reopenOptions(request))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, begin))
  await untilAllOpened(berth, ids)
}

async function copyRows({ database: { pool } }: BenchBerth, original: string, ids: readonly string[]): Promise<void> {
  await pool.query(
    `insert into vm_requests
     select (jsonb_populate_record(r, jsonb_build_object('id', copy.id, 'vm_name', 'copy-' || copy.id, 'newest_run_id', null, 'lease_ends_at', now() + interval '30 days',
              'provisioning_request', r.provisioning_request ||
                jsonb_build_object('requestId', copy.id, 'vmName', 'copy-' || copy.id)))).*
     from vm_requests r, unnest($2::uuid[]) as copy (id) where r.id = $1`,
    [original, ids],
  )
  await pool.query(
    `insert into steps (request_id, name, round, state, attempt, started_at, ended_at)
     select copy.id, s.name, s.round, s.state, s.attempt, s.started_at, s.ended_at
     from steps s, unnest($2::uuid[]) as copy (id) where s.request_id = $1`,
    [original, ids],
  )
}

async function untilAllOpened({ database }: BenchBerth, ids: readonly string[]): Promise<void> {
  for (;;) {
    const { rows } = await database.pool.query<{ count: number }>(
      'select count(*)::int as count from vm_requests where id = any($1) and newest_run_id is not null',
      [ids],
    )
    if (rows[0]?.count === ids.length) return
    await pause(1_000)
  }
}

async function idleCpu(berth: BenchBerth): Promise<number> {
  const before = berth.processorTimes()['workers'] ?? 0
  await pause(idleSeconds * 1_000)
  return (((berth.processorTimes()['workers'] ?? 0) - before) / idleSeconds) * 100
}

async function restart({ settings, pidOf }: BenchBerth): Promise<number> {
  const log = path.join(settings.home, 'logs', 'workers.log')
  const timesReady = () => readFileSync(log, 'utf8').split('workers ready').length
  const before = timesReady()
  process.kill(pidOf('workers'), 'SIGKILL')
  const from = performance.now()
  while (timesReady() === before) await pause(20)
  return (performance.now() - from) / 1_000
}
