import os from 'node:os'
import path from 'node:path'

/** Where servers are looked for; the only place here that reads the environment. */
export const binaryNamedBy = (variable: string): string | undefined => process.env[variable] || undefined

export const searchPath = (): string[] =>
  (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '')

/** The user's cache folder, not the clone's: a second clone finds the servers there. */
export const serverCache = (): string =>
  path.join(process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache'), 'berth', 'servers')
