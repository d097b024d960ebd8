import os from 'node:os'
import path from 'node:path'

/** Where servers are looked for. */
export interface ServerPlaces {
  /** The binary that an environment variable names. */
  named: (variable: string) => string | undefined
  searchPath: string[]
  /** The user's cache folder, not the clone's: a second clone finds the servers there. */
  cache: string
}

/** The only place here that reads the environment. */
export function readServerPlaces(environment: Record<string, string | undefined> = process.env): ServerPlaces {
  const cacheHome = environment['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache')
  return {
    named: (variable) => environment[variable] || undefined,
    searchPath: (environment['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== ''),
    cache: path.join(cacheHome, 'berth', 'servers'),
  }
}
