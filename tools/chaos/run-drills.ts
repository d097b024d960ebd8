import { once } from 'node:events'
import type { BerthNeeds, Drill } from './drill.ts'
import { printReport } from './print-report.ts'
import { startRig, type Rig } from './rig/rig.ts'
import { runDrill } from './run-drill.ts'

export interface DrillRun {
  drills: readonly Drill[]
  seed: number
  isLong: boolean
  /** Instead of what the drills need. */
  inventoryVms?: number
  /** Shows every fault, not only those of a drill that fails. */
  withLog: boolean
  /** Leaves a Berth on which a drill failed running until Ctrl-C, to be looked at. */
  stays: boolean
  /** Whether a goal in seconds that is missed fails a drill. */
  judgesTimes: boolean
  signal: AbortSignal
}

interface Results {
  passed: number
  failed: number
}

const usual: BerthNeeds = { inventoryVms: 10, cloneSeconds: 0.3 }

/** One drill after another, on one Berth as long as they need none of another kind; answers how many passed. */
export async function runDrills(run: DrillRun): Promise<Results> {
  const results: Results = { passed: 0, failed: 0 }
  const needs = ({ needs: own }: Drill): BerthNeeds => ({
    ...usual,
    ...own?.(run.isLong),
    ...(run.inventoryVms !== undefined && { inventoryVms: run.inventoryVms }),
  })
  const byNeeds = Map.groupBy(run.drills, (drill) => JSON.stringify(needs(drill)))
  for (const alike of byNeeds.values()) {
    const [first] = alike
    if (first !== undefined) await runAlike(run, needs(first), alike, results)
  }
  return results
}

async function runAlike(
  { seed, isLong, signal, ...run }: DrillRun,
  needs: BerthNeeds,
  drills: readonly Drill[],
  results: Results,
): Promise<void> {
  signal.throwIfAborted()
  const rig = await startRig({ seed, isLong, ...needs })
  const known = new Set<string>()
  const stopped = once(signal, 'abort').then(() => signal.throwIfAborted() as never)
  stopped.catch(() => {})
  console.log(inWords(needs, rig))
  try {
    for (const drill of drills) {
      signal.throwIfAborted()
      console.log(`${drill.name} (seed ${seed}): ${drill.does}`)
      const report = await Promise.race([runDrill(rig, drill, known, run.judgesTimes), stopped])
      printReport(report, run.withLog)
      results[report.problems.length === 0 ? 'passed' : 'failed'] += 1
      if (run.stays && report.problems.length > 0) {
        console.log(`It stays to be looked at, at ${rig.home}, until Ctrl-C.`)
        await once(signal, 'abort')
      }
    }
  } finally {
    await rig.stop()
  }
}

const inWords = ({ inventoryVms, cloneSeconds }: BerthNeeds, { reconcileSeconds }: Rig): string =>
  `A Berth beside ${inventoryVms} VMs of strangers at each site; a clone takes ${cloneSeconds} s; it reconciles every ${reconcileSeconds} s.`
