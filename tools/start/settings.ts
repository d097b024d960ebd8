import path from 'node:path'
import type { TaskDelays } from '@berth/testing/task-delays.ts'
import type { StartConfiguration } from './config.ts'
import type { DemoConfiguration } from './demo-configuration.ts'
import { portsFrom, type Ports } from './ports.ts'
import { postgresUrl } from './postgres/postgres-plan.ts'
import type { Secrets } from './secrets.ts'
import type { Site } from './site.ts'

/** Everything that the processes of one copy need to know about each other. */
export interface Settings {
  home: string
  ports: Ports
  portalUrl: string
  databaseUrl: string
  temporalAddress: string
  temporalNamespace: string
  /** Unknown for a Temporal of the user’s own that nobody told the pages of. */
  temporalUiUrl: string | undefined
  mailUrl: string
  berthYaml: string
  installationId: string
  /** The simulated ones. */
  sites: Site[]
  realSites: DemoConfiguration['realSites']
  agentsPerSite: number
  /** VMs that a simulated vCenter has from the start; the first becomes a template. */
  inventoryVms: number
  /** What the simulated vCenter takes for its tasks. */
  taskDelays: TaskDelays
  sessionSecret: string
  tokens: Record<string, string>
  oidcClient: { BERTH_OIDC_CLIENT_ID: string; BERTH_OIDC_CLIENT_SECRET: string }
}

export const databaseName = 'berth'

export function settingsFrom(
  configuration: StartConfiguration,
  demo: DemoConfiguration,
  secrets: Secrets,
  agentsPerSite: number,
): Settings {
  const { home } = configuration
  const ports = portsFrom(configuration.portBase)
  const loopback = (port: number) => `http://127.0.0.1:${port}`
  return {
    home,
    ports,
    portalUrl: loopback(ports.api),
    databaseUrl: configuration.databaseUrl ?? postgresUrl(ports.postgres, databaseName),
    temporalAddress: configuration.temporalAddress ?? `127.0.0.1:${ports.temporal}`,
    temporalNamespace: configuration.temporalNamespace,
    temporalUiUrl: configuration.temporalAddress ? configuration.temporalUiUrl : loopback(ports.temporalUi),
    mailUrl: loopback(ports.mail),
    berthYaml: demo.file,
    installationId: demo.installationId,
    sites: demo.simulatedSites.map((id, index) => ({
      id,
      vcenterPort: ports.vcenter(index),
      simulatorPort: ports.simulator(index),
      username: 'berth-agent',
      password: secrets.vcenterPassword,
    })),
    realSites: demo.realSites,
    agentsPerSite,
    inventoryVms: configuration.inventoryVms,
    taskDelays: configuration.taskDelays,
    sessionSecret: secrets.sessionSecret,
    tokens: secrets.accessTokens,
    oidcClient: { BERTH_OIDC_CLIENT_ID: 'berth', BERTH_OIDC_CLIENT_SECRET: secrets.oidcClientSecret },
  }
}

export const temporalDatabase = (home: string): string => path.join(home, 'temporal.db')
