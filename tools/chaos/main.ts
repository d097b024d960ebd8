import { parseArgs } from 'node:util'
import { Refusal } from '../refusal.ts'
import { stopRequested } from '../start/stop-requested.ts'
import { allDrills } from './all-drills.ts'
import { runDrills } from './run-drills.ts'

/** `npm run chaos -- <drill …> --seed N`: exit code 1 when a goal is missed or an invariant does not hold. */
const stopping = new AbortController()
void stopRequested().then(() => stopping.abort(new Refusal('Stopped before the end.')))
try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      long: { type: 'boolean', default: false },
      log: { type: 'boolean', default: false },
      stay: { type: 'boolean', default: false },
      vms: { type: 'string' },
    },
  })
  const drills = positionals.includes('all') ? allDrills : positionals.map(drillNamed)
  if (drills.length === 0) throw new Refusal(usage())
  const { passed, failures } = await runDrills({
    ...{ drills, seed: Number(values.seed), isLong: values.long },
    ...(values.vms !== undefined && { inventoryVms: Number(values.vms) }),
    ...{ withLog: values.log || values.long, stays: values.stay, judgesTimes: true },
    ...{ sideBySide: false, signal: stopping.signal },
  })
  console.log(`\n${passed} passed, ${failures.length} failed (seed ${values.seed})`)
  process.exitCode = failures.length === 0 ? 0 : 1
} catch (problem) {
  console.error(problem instanceof Refusal ? problem.message : problem)
  process.exitCode = 1
}
process.exit()

function drillNamed(name: string) {
  const drill = allDrills.find((one) => one.name === name)
  if (drill === undefined) throw new Refusal(usage())
  return drill
}

function usage(): string {
  const list = allDrills.map(({ name, does }) => `  ${name.padEnd(20)} ${does}`)
  return `Usage: npm run chaos -- <drill …> | all [--seed N] [--long] [--log] [--stay] [--vms N]\n${list.join('\n')}`
}
