import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import { startBenchBerth, type BenchBerth } from './bench-berth.ts'
import type { Peer } from './govmomi-peer.ts'
import { percentile } from './percentile.ts'
import { processorSeconds } from './processor-times.ts'
import { askMany, ask, overheadsOf, untilAllAre, type Overheads } from './requests.ts'
import { watchClones } from './watch-clones.ts'

const guestSeconds = 1
const warnings = [16, 12, 8, 4]
const policies = { minLeaseSeconds: 10, graceSeconds: 4, undoSeconds: 8, warningSeconds: warnings }

export interface ProvisionOptions {
  requests: number
  burst: number
  sites: number
  inventoryVms: number
  cloneSeconds: number
}

export interface ProvisionFigures {
  steady: Overheads
  burst: Overheads & {
    mostClonesAtOnce: number
    /** Of processor for each provision, by process. */
    processorMs: Record<string, number>
  }
  soap: { provision: CallCounts; powerOff: CallCounts; destroy: CallCounts; idlePerMinute: number; sessions: number }
  life: { events: number; historyBytes: number }
  /** The same VM by a plain govmomi program, in the same run. */
  govmomi: { overheadMsP50: number; burstWallSeconds: number; callsEach: number; processorMs: number }
}

type CallCounts = { total: number; byMethod: Record<string, number> }

/** Overhead of a provision, calls to vCenter by method, and what one life leaves in Temporal's history. */
export async function benchProvision(options: ProvisionOptions, peer: Peer): Promise<ProvisionFigures> {
  const times = await withBerth(options, false, async (berth) => {
    await untilAllAre(berth, await askMany(berth, 5, { leaseSeconds: 600 }), 'active')
    const steady = await askMany(berth, options.requests, { perSecond: 1, leaseSeconds: 600 })
    await untilAllAre(berth, steady, 'active')
    const before = berth.processorTimes()
    const clones = watchClones(berth.settings)
    const burst = await askMany(berth, options.burst, { leaseSeconds: 600 })
    await untilAllAre(berth, burst, 'active')
    const took = processorSeconds(before, berth.processorTimes())
    const mostClonesAtOnce = await clones.stop()
    const workSeconds = options.cloneSeconds + guestSeconds
    return {
      steady: await overheadsOf(berth, steady, workSeconds),
      burst: {
        ...(await overheadsOf(berth, burst, workSeconds)),
        mostClonesAtOnce,
        processorMs: Object.fromEntries(
          took.map(([name, seconds]) => [name, Math.round((seconds * 1_000) / options.burst)]),
        ),
      },
      govmomi: await peerFigures(berth, peer, options),
      life: await oneLife(berth),
    }
  })
  return { ...times, soap: await withBerth({ ...options, sites: 1 }, true, soapCalls) }
}

async function withBerth<Result>(
  { sites, inventoryVms, cloneSeconds }: ProvisionOptions,
  logsCalls: boolean,
  measure: (berth: BenchBerth) => Promise<Result>,
): Promise<Result> {
  const berth = await startBenchBerth({
    ...{ cloneSeconds, guestSeconds, sites, inventoryVms, policies },
    ...(logsCalls && { logsCalls }),
  })
  try {
    return await measure(berth)
  } finally {
    await berth.stop()
  }
}

async function peerFigures(berth: BenchBerth, peer: Peer, { requests, burst, cloneSeconds }: ProvisionOptions) {
  const single = await peer.provision(berth.settings, { count: requests, atOnce: false })
  const before = berth.processorTimes()
  const many = await peer.provision(berth.settings, { count: burst, atOnce: true })
  const took = processorSeconds(before, berth.processorTimes()).filter(([name]) => /^(vcenter|demo)-/.test(name))
  const overheads = single.seconds.map((seconds) => (seconds - cloneSeconds - guestSeconds) * 1_000)
  return {
    overheadMsP50: percentile(overheads, 50),
    burstWallSeconds: many.wallSeconds,
    callsEach: single.callsEach,
    processorMs: Math.round((took.reduce((sum, [, seconds]) => sum + seconds, 0) * 1_000) / burst),
  }
}

const rounds = 10

/** Counted over ten provisions, power-offs and destructions one after another, with nothing else going on. */
async function soapCalls(berth: BenchBerth): Promise<ProvisionFigures['soap']> {
  await untilAllAre(berth, await askMany(berth, 3, { leaseSeconds: 600 }), 'active')
  const [from, before] = [Date.now(), berth.calls().length]
  await quietMinute()
  const idlePerMinute = (berth.calls().length - before) / ((Date.now() - from) / 60_000)
  const built: string[] = []
  const provision = await counted(berth, async () => {
    for (let n = 0; n < rounds; n++) {
      const id = await ask(berth, n, 600)
      built.push(id)
      await untilAllAre(berth, [id], 'active')
    }
  })
  const powerOff = await counted(berth, async () => {
    for (const id of built) await berth.api.call('releaseVm', { params: { id } })
    await untilAllAre(berth, built, 'released')
  })
  const destroy = await counted(berth, () => untilAllAre(berth, built, 'retired'))
  const sessions = berth.calls().filter((method) => method === 'Login').length
  return { provision, powerOff, destroy, idlePerMinute, sessions }
}

const quietMinute = () => new Promise((resolve) => setTimeout(resolve, 60_000))

async function counted(berth: BenchBerth, work: () => Promise<void>): Promise<CallCounts> {
  const before = berth.calls().length
  await work()
  const methods = Map.groupBy(berth.calls().slice(before), (method) => method)
  const byMethod = [...methods].map(([method, calls]): [string, number] => [method, calls.length / rounds])
  return {
    total: byMethod.reduce((sum, [, calls]) => sum + calls, 0),
    byMethod: Object.fromEntries(byMethod.sort(([, a], [, b]) => b - a)),
  }
}

/** A whole life with four warnings of its lease's end, and one of its destruction. */
async function oneLife(berth: BenchBerth): Promise<ProvisionFigures['life']> {
  const id = await ask(berth, 0, Math.max(...warnings) + 4)
  await untilAllAre(berth, [id], 'retired')
  const siteId = berth.settings.sites[0]?.id ?? ''
  const { historyLength, historySize } = await berth.temporal.workflow
    .getHandle(vmRequestWorkflowId(siteId, id))
    .describe()
  return { events: historyLength, historyBytes: historySize ?? 0 }
}
