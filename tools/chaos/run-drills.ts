import { once } from 'node:events'
import type { Drill } from './drill.ts'
import { printReport } from './print-report.ts'
import { startRig, type RigOptions } from './rig/rig.ts'
import { runDrill } from './run-drill.ts'

export interface DrillRun extends RigOptions {
  drills: readonly Drill[]
  /** Shows every fault, not only those of a drill that fails. */
  withLog: boolean
  /** Leaves a Berth on which a drill failed running until Ctrl-C, to be looked at. */
  stays: boolean
  /** Whether a goal in seconds that is missed fails a drill. */
  judgesTimes: boolean
  signal: AbortSignal
}

/** One drill after another on one Berth; answers how many passed. */
export async function runDrills({
  drills,
  withLog,
  stays,
  judgesTimes,
  signal,
  ...options
}: DrillRun): Promise<{ passed: number; failed: number }> {
  const rig = await startRig(options)
  const known = new Set<string>()
  const results = { passed: 0, failed: 0 }
  const stopped = once(signal, 'abort').then(() => signal.throwIfAborted() as never)
  stopped.catch(() => {})
  try {
    for (const drill of drills) {
      signal.throwIfAborted()
      console.log(`${drill.name} (seed ${rig.seed}): ${drill.does}`)
      const report = await Promise.race([runDrill(rig, drill, known, judgesTimes), stopped])
      printReport(report, withLog)
      results[report.problems.length === 0 ? 'passed' : 'failed'] += 1
      if (stays && report.problems.length > 0) {
        console.log(`It stays to be looked at, at ${rig.home}, until Ctrl-C.`)
        await once(signal, 'abort')
      }
    }
  } finally {
    await rig.stop()
  }
  return results
}
