import { checks, type Check } from './checks.ts'

const atOnce = 2

interface Count {
  passed: number
  failed: number
}

/** Runs the named checks, or all, and prints a line for each; what is wrong comes after its line. */
export async function runChecks(names: string[] = []): Promise<Count> {
  const waiting = checks.filter(({ name }) => names.length === 0 || names.includes(name))
  const outcomes: boolean[] = []
  const next = async (): Promise<void> => {
    for (let check = waiting.shift(); check; check = waiting.shift()) outcomes.push(await passes(check))
  }
  await Promise.all(Array.from({ length: atOnce }, next))
  return { passed: outcomes.filter(Boolean).length, failed: outcomes.filter((passed) => !passed).length }
}

async function passes({ name, run }: Check): Promise<boolean> {
  const began = performance.now()
  const seconds = () => `${((performance.now() - began) / 1000).toFixed(1)} s`
  try {
    const lookedAt = await run()
    console.log(`ok      ${name} (${[lookedAt, seconds()].filter(Boolean).join(', ')})`)
    return true
  } catch (problem) {
    console.log(`failed  ${name} (${seconds()})\n${(problem as Error).message.replace(/^/gm, '        ')}`)
    return false
  }
}
