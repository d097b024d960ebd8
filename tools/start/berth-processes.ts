import path from 'node:path'
import { vcsimArguments } from '@berth/testing/vcsim.ts'
import { workflowBundle } from './build-workflows.ts'
import { repository } from './config.ts'
import type { ProcessPlan, ReadyProbe } from './process-plan.ts'
import type { Settings } from './settings.ts'
import { agentNames, vcenterUrl, type Site } from './site.ts'

/** Where a process, known by its name, finds a server; drills put something in between. */
export type Through = (process: string, server: 'database' | 'temporal' | 'vcenter', address: string) => string

/**
 * Berth's own processes and those of the demo, in the groups in which they start. A group starts when all of the one
 * before it serve: agents find a restored vCenter, the API finds an applied configuration.
 */
export function berthProcesses(
  settings: Settings,
  vcsim: string | undefined,
  through: Through,
): Record<'outside' | 'workersAndSites' | 'agentsAndApi', ProcessPlan[]> {
  const { sites } = settings
  return {
    outside: [
      oidc(settings),
      mailSink(settings),
      ...(vcsim === undefined ? [] : sites.map((site) => simulator(settings, site, vcsim))),
    ],
    workersAndSites: [workers(settings, through), ...sites.map((site) => demoSite(settings, site))],
    agentsAndApi: [...agents(settings, through), api(settings, through)],
  }
}

const oidc = (settings: Settings): ProcessPlan =>
  program(
    'oidc',
    'tools/oidc/main.ts',
    { says: /\boidc ready\b/ },
    {
      BERTH_HOME: settings.home,
      BERTH_OIDC_PORT: String(settings.ports.oidc),
      BERTH_PUBLIC_URL: settings.portalUrl,
      ...settings.oidcClient,
    },
  )

const mailSink = (settings: Settings): ProcessPlan =>
  program(
    'mail-sink',
    'tools/mail-sink/main.ts',
    { says: /\bmail sink ready\b/ },
    {
      BERTH_HOME: settings.home,
      BERTH_SMTP_PORT: String(settings.ports.smtp),
      BERTH_MAIL_HTTP_PORT: String(settings.ports.mail),
    },
  )

const simulator = (settings: Settings, site: Site, vcsim: string): ProcessPlan => ({
  name: `vcenter-${site.id}`,
  // It writes some files for each VM of its inventory first: 10,000 were seen to take 192 s.
  readyWithinSeconds: 60 + settings.inventoryVms / 25,
  command: vcsim,
  args: vcsimArguments(
    { taskDelays: settings.taskDelays },
    {
      listen: `127.0.0.1:${site.simulatorPort}`,
      username: site.username,
      password: site.password,
      vms: settings.inventoryVms,
    },
  ),
  ready: { acceptsTcp: site.simulatorPort },
})

const demoSite = (settings: Settings, site: Site): ProcessPlan => ({
  // It clones templates and stored VMs before it serves.
  readyWithinSeconds: 60 + 10 * slowestTaskSeconds(settings),
  ...program(
    `demo-${site.id}`,
    'tools/demo-site/main.ts',
    { says: /\bdemo site ready\b/ },
    {
      BERTH_HOME: settings.home,
      BERTH_PORT_BASE: String(settings.ports.api),
      BERTH_SITE_ID: site.id,
      BERTH_VCSIM_URL: vcenterUrl(site.simulatorPort),
      BERTH_VCSIM_USERNAME: site.username,
      BERTH_VCSIM_PASSWORD: site.password,
      BERTH_VCENTER_PUBLIC_PORT: String(site.vcenterPort),
    },
  ),
})

const slowestTaskSeconds = ({ taskDelays }: Settings): number => Math.max(0, ...Object.values(taskDelays)) / 1_000

const workers = (settings: Settings, through: Through): ProcessPlan =>
  program(
    'workers',
    'workers/main.ts',
    { says: /\bworkers ready\b/ },
    {
      ...temporal(settings, 'workers', through),
      ...installation(settings),
      DATABASE_URL: through('workers', 'database', settings.databaseUrl),
      BERTH_PUBLIC_URL: settings.portalUrl,
      BERTH_SMTP_URL: `smtp://127.0.0.1:${settings.ports.smtp}`,
      BERTH_MAIL_FROM: 'Berth <berth@example.com>',
      BERTH_WORKFLOW_BUNDLE: path.join(repository, workflowBundle),
      ...givesBackMemory,
    },
    smallHeap,
  )

/** As docker/node.Dockerfile has it: what a burst of work took is given back to the system. */
const givesBackMemory = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072' }

/** As docker-compose.yml has it. */
const smallHeap = ['--max-semi-space-size=4', '--heap-growing-percent=20']

const agents = (settings: Settings, through: Through): ProcessPlan[] => [
  ...settings.sites.flatMap((site) =>
    agentNames(site, settings).map((name) =>
      agent(settings, through, name, site.id, {
        BERTH_VCENTER_URL: through(name, 'vcenter', vcenterUrl(site.vcenterPort)),
        BERTH_VCENTER_USERNAME: site.username,
        BERTH_VCENTER_PASSWORD: site.password,
        BERTH_BUILD_SLOTS: '32',
        BERTH_CLONES_PER_DATASTORE: '32',
      }),
    ),
  ),
  ...settings.realSites.flatMap(({ id, vcenter }) =>
    agentNames({ id }, settings).map((name) => agent(settings, through, name, id, { BERTH_VCENTER_URL: vcenter })),
  ),
]

const agent = (
  settings: Settings,
  through: Through,
  name: string,
  siteId: string,
  vcenter: Record<string, string>,
): ProcessPlan =>
  program(
    name,
    'agent-worker/main.ts',
    { says: /\bagent ready\b/ },
    {
      ...temporal(settings, name, through),
      ...vcenter,
      BERTH_INSTALLATION_ID: settings.installationId,
      BERTH_SITE_ID: siteId,
      MALLOC_ARENA_MAX: '2',
    },
  )

const api = (settings: Settings, through: Through): ProcessPlan =>
  program(
    'api',
    'api/main.ts',
    { answersHttp: `http://127.0.0.1:${settings.ports.api}/readyz` },
    {
      ...temporal(settings, 'api', through),
      ...installation(settings),
      ...settings.oidcClient,
      DATABASE_URL: through('api', 'database', settings.databaseUrl),
      BERTH_API_PORT: String(settings.ports.api),
      BERTH_PUBLIC_URL: settings.portalUrl,
      BERTH_OIDC_ISSUER: `http://127.0.0.1:${settings.ports.oidc}`,
      BERTH_OIDC_SCOPES: 'openid profile email groups roles',
      BERTH_SESSION_SECRET: settings.sessionSecret,
      ...(settings.temporalUiUrl !== undefined && { BERTH_TEMPORAL_UI_URL: settings.temporalUiUrl }),
      BERTH_WEB_DIST: path.join(repository, 'web', 'dist'),
      BERTH_HOME: settings.home,
    },
  )

const temporal = (settings: Settings, process: string, through: Through) => ({
  TEMPORAL_ADDRESS: through(process, 'temporal', settings.temporalAddress),
  TEMPORAL_NAMESPACE: settings.temporalNamespace,
})

const installation = (settings: Settings) => ({
  BERTH_CONFIG: settings.berthYaml,
  BERTH_INSTALLATION_ID: settings.installationId,
})

const program = (
  name: string,
  file: string,
  ready: ReadyProbe,
  env: Record<string, string>,
  flags: readonly string[] = [],
): ProcessPlan => ({
  name,
  command: process.execPath,
  args: ['--enable-source-maps', ...flags, path.join(repository, file)],
  cwd: repository,
  env,
  ready,
})
