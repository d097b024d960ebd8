import { readFile } from 'node:fs/promises'
import path from 'node:path'

export type DemoPerson = 'developer' | 'developer2' | 'approver' | 'operator' | 'admin' | 'auditor'

/** What `npm start` tells about the Berth that it runs. */
export interface RunFile {
  portalUrl: string
  /** Ends in /api/v1. */
  apiUrl: string
  temporalAddress: string
  temporalNamespace: string
  /** Unknown for a Temporal of the user’s own. */
  temporalUiUrl?: string
  databaseUrl: string
  mailUrl: string
  sites: { id: string; vcenterUrl: string; username: string; password: string }[]
  users: Record<DemoPerson, { username: string; password: string }>
  tokens: Record<DemoPerson, string>
  /** `agents` (all of a site, one after another) and `vcenters` in the order of `sites`; what is being restarted at the moment is left out. */
  pids: {
    supervisor: number
    api?: number
    workers?: number
    temporal?: number
    postgres?: number
    agents: number[]
    vcenters: number[]
  }
}

/** Of the Berth that has this home; throws while it is not ready. */
export async function readRunFile(home: string): Promise<RunFile> {
  return JSON.parse(await readFile(path.join(home, 'run.json'), 'utf8')) as RunFile
}
