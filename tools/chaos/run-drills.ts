import { once } from 'node:events'
import type { Results } from '../results.ts'
import type { Drill } from './drill.ts'
import { printReport } from './print-report.ts'
import type { BerthNeeds } from './rig/berth-needs.ts'
import { startRig, type Rig } from './rig/rig.ts'
import { lastLook, runDrill, type DrillReport } from './run-drill.ts'

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
  /** Drills that need another kind of Berth do not wait for each other. */
  sideBySide: boolean
  signal: AbortSignal
}

const usual: BerthNeeds = { inventoryVms: 10, cloneSeconds: 0.3 }

/** One drill after another, on one Berth as long as they need none of another kind; answers what came of them. */
export async function runDrills(run: DrillRun): Promise<Results> {
  const results: Results = { passed: 0, failures: [] }
  const needs = ({ needs: own }: Drill): BerthNeeds => ({
    ...usual,
    ...own?.(run.isLong),
    ...(run.inventoryVms !== undefined && { inventoryVms: run.inventoryVms }),
  })
  const byNeeds = Map.groupBy(run.drills, (drill) => JSON.stringify(needs(drill)))
  const running: Promise<void>[] = []
  try {
    for (const alike of byNeeds.values()) {
      run.signal.throwIfAborted()
      const its = needs(alike[0] as Drill)
      // Started one after another also where they run side by side: each looks for free ports.
      const rig = await startRig({ seed: run.seed, isLong: run.isLong, ...its })
      console.log(inWords(its, rig))
      running.push(runOn(rig, run, alike, results))
      if (!run.sideBySide) await running.at(-1)
    }
  } finally {
    await Promise.allSettled(running)
  }
  await Promise.all(running)
  return results
}

async function runOn(rig: Rig, run: DrillRun, drills: readonly Drill[], results: Results): Promise<void> {
  const { signal } = run
  const known = new Set<string>()
  const stopped = once(signal, 'abort').then(() => signal.throwIfAborted() as never)
  stopped.catch(() => {})
  const report = async (drilled: Promise<DrillReport>): Promise<boolean> => {
    const done = await Promise.race([drilled, stopped])
    printReport(done, run.withLog)
    if (run.stays && done.problems.length > 0) {
      console.log(`It stays to be looked at, at ${rig.home}, until Ctrl-C.`)
      await once(signal, 'abort')
    }
    if (done.problems.length > 0)
      results.failures.push([`${done.drill} (seed ${rig.seed})`, ...done.problems].join('\n  '))
    return done.problems.length === 0
  }
  try {
    for (const drill of drills) {
      signal.throwIfAborted()
      console.log(`${drill.name} (seed ${rig.seed}): ${drill.does}`)
      if (await report(runDrill(rig, drill, known, run.judgesTimes))) results.passed += 1
    }
    const boundSeconds = Math.max(...drills.map((drill) => drill.boundSeconds))
    await report(lastLook(rig, boundSeconds, known))
  } finally {
    await rig.stop()
  }
}

const inWords = ({ inventoryVms, cloneSeconds }: BerthNeeds, { reconcileSeconds }: Rig): string =>
  `A Berth beside ${inventoryVms} VMs of strangers at each site; a clone takes ${cloneSeconds} s; it reconciles every ${reconcileSeconds} s.`
