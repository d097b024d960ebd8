import { rmSync } from 'node:fs'
import path from 'node:path'
import type { RunFile } from '@berth/testing/run-file.ts'
import { demoUsers } from '../oidc/demo-users.ts'
import type { Settings } from './settings.ts'
import { agentNames, vcenterUrl } from './site.ts'
import type { Supervisor } from './supervisor.ts'
import { writeAtomically } from './write-atomically.ts'

const fileIn = (home: string): string => path.join(home, 'run.json')

/** Tells tests, drills and measurements where everything is and who may sign in; it is there only while all is ready. */
export function writeRunFile(settings: Settings, supervisor: Supervisor): void {
  const run: RunFile = {
    portalUrl: settings.portalUrl,
    apiUrl: `${settings.portalUrl}/api/v1`,
    temporalAddress: settings.temporalAddress,
    temporalNamespace: settings.temporalNamespace,
    ...(settings.temporalUiUrl !== undefined && { temporalUiUrl: settings.temporalUiUrl }),
    databaseUrl: settings.databaseUrl,
    mailUrl: settings.mailUrl,
    sites: settings.sites.map(({ id, vcenterPort, username, password }) => ({
      id,
      vcenterUrl: vcenterUrl(vcenterPort),
      username,
      password,
    })),
    users: Object.fromEntries(
      demoUsers.map(({ username, password }) => [username, { username, password }]),
    ) as RunFile['users'],
    tokens: settings.tokens,
    pids: pidsOf(settings, supervisor),
  }
  writeAtomically(fileIn(settings.home), `${JSON.stringify(run, undefined, 2)}\n`)
}

export const removeRunFile = (home: string): void => rmSync(fileIn(home), { force: true })

function pidsOf(settings: Settings, supervisor: Supervisor): RunFile['pids'] {
  const one = (name: 'api' | 'workers' | 'temporal' | 'postgres') => {
    const pid = supervisor.pidOf(name)
    return pid === undefined ? {} : { [name]: pid }
  }
  const running = (names: string[]) => names.flatMap((name) => supervisor.pidOf(name) ?? [])
  return {
    supervisor: process.pid,
    ...one('api'),
    ...one('workers'),
    ...one('temporal'),
    ...one('postgres'),
    agents: running(settings.sites.flatMap((site) => agentNames(site, settings))),
    vcenters: running(settings.sites.map(({ id }) => `vcenter-${id}`)),
  }
}
