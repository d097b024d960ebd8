import { parseArgs } from 'node:util'
import { Refusal } from '../refusal.ts'
import { mostSites } from './ports.ts'

const mostAgents = 10

export interface StartOptions {
  /** Shows what every process says, not only the long steps. */
  verbose: boolean
  sites: number
  /** Of each site. */
  agents: number
}

/** What follows `npm start --`. */
export function startOptions(words: string[]): StartOptions {
  const { values } = parsed(words)
  return {
    verbose: values.verbose,
    sites: count('--sites', values.sites, mostSites),
    agents: count('--agents', values.agents, mostAgents),
  }
}

function count(option: string, value: string, most: number): number {
  const number = Number(value)
  if (Number.isInteger(number) && number >= 1 && number <= most) return number
  throw new Refusal(`${option} is a number from 1 to ${most}.`)
}

function parsed(words: string[]) {
  try {
    return parseArgs({
      args: words,
      options: {
        verbose: { type: 'boolean', default: false },
        sites: { type: 'string', default: '1' },
        agents: { type: 'string', default: '1' },
      },
    })
  } catch (problem) {
    throw new Refusal(
      `${(problem as Error).message} Known are --verbose, --sites <number> and --agents <number, of each site>.`,
    )
  }
}
