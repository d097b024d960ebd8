import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { migrate } from '@berth/database/migrate.ts'
import { longStep } from '../bootstrap/long-step.mjs'
import { withFileLock } from '../servers/file-lock.ts'
import { berthProcesses, type Through } from './berth-processes.ts'
import { buildWeb } from './build-web.ts'
import { buildWorkflows } from './build-workflows.ts'
import type { StartConfiguration } from './config.ts'
import { demoConfiguration } from './demo-configuration.ts'
import { keepHistories } from './keep-histories.ts'
import { neededServers } from './needed-servers.ts'
import { portsFrom } from './ports.ts'
import { createDatabase } from './postgres/create-database.ts'
import { postgresPlace } from './postgres/postgres-place.ts'
import { postgresPlan, postgresUrl } from './postgres/postgres-plan.ts'
import { processLog } from './process-log.ts'
import { processRecord } from './process-record.ts'
import { refuseTakenPorts } from './refuse-taken-ports.ts'
import { removeRunFile, writeRunFile } from './run-file.ts'
import { readOrMakeSecrets, type Secrets } from './secrets.ts'
import { seedDemoUsers } from './seed-demo-users.ts'
import { databaseName, settingsFrom, temporalDatabase, type Settings } from './settings.ts'
import type { StartOptions } from './start-options.ts'
import { stopLeftovers } from './stop-leftovers.ts'
import { Supervisor } from './supervisor.ts'
import { temporalPlan } from './temporal-plan.ts'

/** A copy of Berth whose addresses are known and which does not run yet. */
export interface PreparedBerth {
  settings: Settings
  /** Knows each process by its name: `api`, `workers`, `temporal`, `postgres`, `agent-<site>`, `vcenter-<site>` … */
  supervisor: Supervisor
  announce: (line: string) => void
  /** Resolves when all of it serves. Processes find the servers where `through` says. */
  start(through?: Through): Promise<void>
  /** Nothing is left running; may be called at any time and again. */
  stop(): Promise<void>
}

/** Takes the home for itself; what an earlier run had left there is stopped first. */
export async function prepareBerth(configuration: StartConfiguration, options: StartOptions): Promise<PreparedBerth> {
  const { home } = configuration
  mkdirSync(home, { recursive: true, mode: 0o755 })
  const record = processRecord(home)
  await claim(home, record)
  removeRunFile(home)

  const secrets = readOrMakeSecrets(home)
  const log = processLog(path.join(home, 'logs'), { ...options, secrets: [secrets.vcenterPassword] })
  const supervisor = new Supervisor({ log, record, environment: configuration.environment })
  try {
    const settings = settingsOf(configuration, options, secrets)
    return {
      settings,
      supervisor,
      announce: log.announce,
      start: (through = (_process, _server, address) => address) => start(settings, configuration, supervisor, through),
      async stop() {
        removeRunFile(home)
        await supervisor.stop()
        log.close()
      },
    }
  } catch (problem) {
    log.close()
    throw problem
  }
}

/** Two starts at the same moment: the second sees the first. */
async function claim(home: string, record: ReturnType<typeof processRecord>): Promise<void> {
  await withFileLock(path.join(home, 'start.lock'), async () => {
    const stopped = await stopLeftovers(record, home)
    if (stopped.length > 0) console.log(`Stopped what an earlier run had left: ${stopped.join(', ')}.`)
    record.write([])
  })
}

function settingsOf(configuration: StartConfiguration, options: StartOptions, secrets: Secrets): Settings {
  const { home, berthYaml } = configuration
  const ports = portsFrom(configuration.portBase)
  const demo = demoConfiguration({
    home,
    ports,
    siteCount: options.sites,
    ...(berthYaml !== undefined && { ownFile: berthYaml }),
  })
  return settingsFrom(configuration, demo, secrets, options.agents)
}

async function start(
  settings: Settings,
  configuration: StartConfiguration,
  supervisor: Supervisor,
  through: Through,
): Promise<void> {
  await refuseTakenPorts(wantedPorts(settings, configuration))
  const { temporal, vcsim } = await neededServers(settings, configuration)
  const web = buildWeb()
  const workflows = buildWorkflows()
  // Looked at below; a failure before that must not pass for one that nobody waits for.
  for (const build of [web, workflows]) build.catch(() => {})

  const processes = berthProcesses(settings, vcsim, through)
  await longStep('Starting the servers', async () => {
    await supervisor.start([...servers(settings, configuration, temporal), ...processes.outside])
    if (temporal !== undefined) await keepHistories(temporal, settings.temporalAddress, settings.temporalNamespace)
    await prepareDatabase(settings, configuration)
  })
  await longStep('Starting Berth', async () => {
    await workflows
    await supervisor.start(processes.workersAndSites)
    if (supervisor.isStopping) return
    // The workers have applied the configuration, so the users' teams are known.
    await seedDemoUsers(settings.databaseUrl, settings.tokens)
    await web
    await supervisor.start(processes.agentsAndApi)
  })
  if (supervisor.isStopping) return
  const tell = () => writeRunFile(settings, supervisor)
  supervisor.whenChanged(tell)
  tell()
}

async function prepareDatabase({ databaseUrl, ports }: Settings, configuration: StartConfiguration): Promise<void> {
  if (!configuration.databaseUrl) await createDatabase(postgresUrl(ports.postgres, 'postgres'), databaseName)
  await migrate(databaseUrl)
}

/** The servers that are not the user's own. */
function servers(settings: Settings, configuration: StartConfiguration, temporal: string | undefined) {
  const { home, ports } = settings
  const plans = []
  if (!configuration.databaseUrl) {
    const place = postgresPlace(home)
    if (place.remark) console.log(place.remark)
    plans.push(postgresPlan(place, ports.postgres))
  }
  if (temporal !== undefined)
    plans.push(
      temporalPlan({
        binary: temporal,
        port: ports.temporal,
        uiPort: ports.temporalUi,
        namespaces: [settings.temporalNamespace],
        databaseFile: temporalDatabase(home),
      }),
    )
  return plans
}

function wantedPorts({ ports, sites }: Settings, configuration: StartConfiguration): Record<string, number> {
  return {
    'the portal': ports.api,
    ...(!configuration.temporalAddress && { Temporal: ports.temporal, "Temporal's pages": ports.temporalUi }),
    ...(!configuration.databaseUrl && { PostgreSQL: ports.postgres }),
    'sign-in': ports.oidc,
    mail: ports.smtp,
    'the mail page': ports.mail,
    ...Object.fromEntries(
      sites.flatMap(({ id, vcenterPort, simulatorPort }) => [
        [`the vCenter of ${id}`, vcenterPort],
        [`the simulator of ${id}`, simulatorPort],
      ]),
    ),
  }
}
