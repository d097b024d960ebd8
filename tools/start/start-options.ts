import { parseArgs } from 'node:util'
import { Refusal } from '../refusal.ts'
import { mostSites } from './ports.ts'

export interface StartOptions {
  /** Shows what every process says, not only the long steps. */
  verbose: boolean
  sites: number
}

/** What follows `npm start --`. */
export function startOptions(words: string[]): StartOptions {
  const { values } = parsed(words)
  const sites = Number(values.sites)
  if (!Number.isInteger(sites) || sites < 1 || sites > mostSites)
    throw new Refusal(`--sites is a number from 1 to ${mostSites}.`)
  return { verbose: values.verbose, sites }
}

function parsed(words: string[]) {
  try {
    return parseArgs({
      args: words,
      options: { verbose: { type: 'boolean', default: false }, sites: { type: 'string', default: '1' } },
    })
  } catch (problem) {
    throw new Refusal(`${(problem as Error).message} Known are --verbose and --sites <number>.`)
  }
}
