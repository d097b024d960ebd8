import { Refusal } from '../refusal.ts'
import { readConfiguration } from './config.ts'
import { startBerth } from './start-berth.ts'
import { startOptions } from './start-options.ts'

// A terminal that went away, or a closed pipe, is no reason to leave without stopping what runs.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

/** `npm start`: everything on one machine, until Ctrl-C. */
try {
  const options = startOptions(process.argv.slice(2))
  process.exitCode = await startBerth(readConfiguration(), options)
} catch (problem) {
  console.error(problem instanceof Refusal ? problem.message : problem)
  process.exitCode = 1
}
// The channel to the process that started this one would keep it alive.
process.exit()
