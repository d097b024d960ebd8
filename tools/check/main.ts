import { checks } from './checks.ts'
import { runChecks } from './run-checks.ts'

/** `npm run check`: all that the repository checks about itself, or the checks that are named. */
const names = process.argv.slice(2)
const unknown = names.filter((name) => !checks.some((check) => check.name === name))
if (unknown.length > 0) {
  console.error(
    `There is no check ${unknown.join(', ')}; there are ${checks.map(({ name }) => `"${name}"`).join(', ')}.`,
  )
  process.exitCode = 1
} else {
  const { failures } = await runChecks(names)
  process.exitCode = failures.length === 0 ? 0 : 1
}
// The channel to the process that started this one would keep it alive.
process.exit()
