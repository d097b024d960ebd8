import { beginningOf, type Results } from '../results.ts'
import { checks, type Check } from './checks.ts'

const atOnce = 2

/** Runs the named checks, or all, and prints a line for each; what is wrong comes after its line. */
export async function runChecks(names: string[] = []): Promise<Results> {
  const waiting = checks.filter(({ name }) => names.length === 0 || names.includes(name))
  const outcomes: (string | undefined)[] = []
  const next = async (): Promise<void> => {
    for (let check = waiting.shift(); check; check = waiting.shift()) outcomes.push(await failureOf(check))
  }
  await Promise.all(Array.from({ length: atOnce }, next))
  const failures = outcomes.filter((failure) => failure !== undefined)
  return { passed: outcomes.length - failures.length, failures }
}

async function failureOf({ name, run }: Check): Promise<string | undefined> {
  const began = performance.now()
  const seconds = () => `${((performance.now() - began) / 1000).toFixed(1)} s`
  try {
    const lookedAt = await run()
    console.log(`ok      ${name} (${[lookedAt, seconds()].filter(Boolean).join(', ')})`)
    return undefined
  } catch (problem) {
    const { message } = problem as Error
    console.log(`failed  ${name} (${seconds()})\n${message.replace(/^/gm, '        ')}`)
    return `npm run check ${name}\n${beginningOf(message)}`
  }
}
