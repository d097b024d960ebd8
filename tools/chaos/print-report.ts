import type { DrillReport } from './run-drill.ts'

const mostFaults = 40

export function printReport({ drill, seconds, figures, faults, problems }: DrillReport, withLog: boolean): void {
  if (withLog) for (const { at, what } of faults) console.log(`  ${at} ${what}`)
  else if (problems.length > 0) for (const { at, what } of faults.slice(-mostFaults)) console.log(`  ${at} ${what}`)
  for (const { goal, what, wanted, reached, isReached } of figures)
    console.log(`  ${isReached ? '✓' : '✗'} ${goal}  ${what}: ${reached} (wanted: ${wanted})`)
  for (const problem of problems) console.log(`  ✗ ${problem}`)
  console.log(
    `  ${problems.length === 0 ? 'passed' : 'FAILED'}: ${drill}, ${faults.length} faults, ${Math.round(seconds)} s`,
  )
}
