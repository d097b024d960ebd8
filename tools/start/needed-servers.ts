import { findServer } from '../servers/find-server.ts'
import { temporalRelease, vcsimRelease } from '../servers/server-release.ts'
import type { StartConfiguration } from './config.ts'
import type { Settings } from './settings.ts'

/** Where their programs are. */
export interface NeededServers {
  temporal?: string
  vcsim?: string
}

/** Only what will be started is looked for: not the Temporal of a user who has one, no simulator without a simulated site. */
export async function neededServers(
  { sites }: Pick<Settings, 'sites'>,
  { temporalAddress }: Pick<StartConfiguration, 'temporalAddress'>,
  find: typeof findServer = findServer,
): Promise<NeededServers> {
  return {
    ...(temporalAddress === undefined && { temporal: await find(temporalRelease) }),
    ...(sites.length > 0 && { vcsim: await find(vcsimRelease) }),
  }
}
