import { Refusal } from '../refusal.ts'
import { stopRequested } from '../start/stop-requested.ts'
import { readTestConfiguration } from './config.ts'
import { runAllTests } from './run-all-tests.ts'

/** `npm test`: the checks, every test, and the journeys in a browser; with paths, only the tests there. */
const stopping = new AbortController()
void stopRequested().then(() => stopping.abort())
try {
  const passed = await runAllTests(readTestConfiguration(), process.argv.slice(2), stopping.signal)
  process.exitCode = passed ? 0 : 1
} catch (problem) {
  if (stopping.signal.aborted) console.error('Stopped before the end.')
  else console.error(problem instanceof Refusal ? problem.message : problem)
  process.exitCode = 1
}
// The channel to the process that started this one would keep it alive.
process.exit()
