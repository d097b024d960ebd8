import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { longStep } from '../bootstrap/long-step.mjs'
import { findServer } from '../servers/find-server.ts'
import { withFileLock } from '../servers/file-lock.ts'
import { temporalRelease, vcsimRelease } from '../servers/server-release.ts'
import { berthProcesses } from './berth-processes.ts'
import { buildWeb } from './build-web.ts'
import type { StartConfiguration } from './config.ts'
import { demoConfiguration } from './demo-configuration.ts'
import { migrate } from '@berth/database/migrate.ts'
import { keepHistories } from './keep-histories.ts'
import { portsFrom } from './ports.ts'
import { postgresPlace } from './postgres/postgres-place.ts'
import { createDatabase } from './postgres/create-database.ts'
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
import { stopRequested } from './stop-requested.ts'
import { Supervisor } from './supervisor.ts'
import { temporalPlan } from './temporal-plan.ts'

/** Runs Berth until it is asked to stop; answers the exit code. Nothing is left running, however it ends. */
export async function startBerth(configuration: StartConfiguration, options: StartOptions): Promise<number> {
  const stop = stopRequested()
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
    const started = start(settings, configuration, supervisor, log.announce)
    await Promise.race([stop, started])
    log.announce(`Stopping (${await stop}) …`)
    removeRunFile(home)
    await supervisor.stop()
    console.log('Stopped; nothing is left running.')
    return 0
  } finally {
    removeRunFile(home)
    await supervisor.stop()
    log.close()
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

function settingsOf(configuration: StartConfiguration, { sites }: StartOptions, secrets: Secrets): Settings {
  const { home, berthYaml } = configuration
  const ports = portsFrom(configuration.portBase)
  const demo = demoConfiguration({
    home,
    ports,
    portalUrl: `http://127.0.0.1:${ports.api}`,
    siteCount: sites,
    ...(berthYaml !== undefined && { ownFile: berthYaml }),
  })
  return settingsFrom(configuration, demo, secrets)
}

async function start(
  settings: Settings,
  configuration: StartConfiguration,
  supervisor: Supervisor,
  announce: (line: string) => void,
): Promise<void> {
  await refuseTakenPorts(wantedPorts(settings, configuration))
  const temporal = await findServer(temporalRelease)
  const vcsim = await findServer(vcsimRelease)
  const web = buildWeb()
  // Looked at below; a failure before that must not pass for one that nobody waits for.
  web.catch(() => {})

  const processes = berthProcesses(settings, vcsim)
  await longStep('Starting the servers', async () => {
    await supervisor.start([...servers(settings, configuration, temporal), ...processes.outside])
    if (!configuration.temporalAddress)
      await keepHistories(temporal, settings.temporalAddress, settings.temporalNamespace)
    await prepareDatabase(settings, configuration)
  })
  await longStep('Starting Berth', async () => {
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
  announce(
    `\nBerth is ready: ${settings.portalUrl}\n  sign in as developer, approver, operator, admin … (password berth-<name>); mails: ${settings.mailUrl}; Temporal: ${settings.temporalUiUrl}\n  logs: ${path.join(settings.home, 'logs')}; stop with Ctrl-C`,
  )
}

async function prepareDatabase({ databaseUrl, ports }: Settings, configuration: StartConfiguration): Promise<void> {
  if (!configuration.databaseUrl) await createDatabase(postgresUrl(ports.postgres, 'postgres'), databaseName)
  await migrate(databaseUrl)
}

/** The servers that are not the user's own. */
function servers(settings: Settings, configuration: StartConfiguration, temporalBinary: string) {
  const { home, ports } = settings
  const plans = []
  if (!configuration.databaseUrl) {
    const place = postgresPlace(home)
    if (place.remark) console.log(place.remark)
    plans.push(postgresPlan(place, ports.postgres))
  }
  if (!configuration.temporalAddress)
    plans.push(
      temporalPlan({
        binary: temporalBinary,
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
