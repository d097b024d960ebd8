import { chmodSync, mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { stringify } from 'yaml'
import { searchAttributes } from '@berth/workflows/messages.ts'
import { longStep } from '../bootstrap/long-step.mjs'
import { runQuietly } from '../bootstrap/run-quietly.mjs'
import { findServer } from '../servers/find-server.ts'
import { temporalRelease } from '../servers/server-release.ts'
import { inheritedEnvironment } from '../start/config.ts'
import { postgresPlace } from '../start/postgres/postgres-place.ts'
import { postgresPlan } from '../start/postgres/postgres-plan.ts'
import { databaseUser } from '../start/postgres/prepare-cluster.ts'
import { removePostgres } from '../start/postgres/remove-postgres.ts'
import { processLog } from '../start/process-log.ts'
import type { ProcessPlan } from '../start/process-plan.ts'
import { processRecord } from '../start/process-record.ts'
import { Supervisor } from '../start/supervisor.ts'
import { attributeTypes } from '../start/temporal-plan.ts'
import { freePortBase } from '../test/free-ports.ts'
import { alsoStoppedByHand } from './what-runs.ts'

const sources = path.join(import.meta.dirname, 'temporal-on-postgres')
const plugin = 'postgres12_pgx'
const historyShards = 64
const namespace = 'berth'

export interface TemporalOnPostgres {
  address: string
  pids(): Record<string, number>
  stop(): Promise<void>
}

/** Temporal's own server with PostgreSQL behind it, as one would run it: all its services in one process. It needs Go. */
export async function startTemporalOnPostgres(): Promise<TemporalOnPostgres> {
  const folder = mkdtempSync(path.join(tmpdir(), 'berth-temporal-'))
  chmodSync(folder, 0o755)
  const [server, sqlTool] = [path.join(folder, 'temporal-server'), path.join(folder, 'temporal-sql-tool')]
  await longStep('Building Temporal’s server from source (some minutes the first time)', async () => {
    await build(server, 'go.temporal.io/server/cmd/server')
    await build(sqlTool, 'go.temporal.io/server/cmd/tools/sql')
  })
  const cli = await findServer(temporalRelease)
  // Temporal stores them as small integers, below those that systems give away.
  const postgres = await freePortBase()
  const ports = Array.from({ length: 8 }, (_, n) => postgres + 1 + n)
  const [frontend = 0] = ports
  const place = postgresPlace(folder)
  const log = processLog(path.join(folder, 'logs'), { verbose: false })
  const supervisor = new Supervisor({ log, record: processRecord(folder), environment: inheritedEnvironment() })
  const stop = alsoStoppedByHand(async () => {
    await supervisor.stop()
    log.close()
    removePostgres(place)
    rmSync(folder, { recursive: true, force: true })
  })
  try {
    await supervisor.start([{ ...postgresPlan(place, postgres), name: 'temporal-postgres' }])
    await longStep('Preparing Temporal’s databases', () => createSchema(sqlTool, postgres))
    writeConfiguration(folder, postgres, ports)
    await supervisor.start([serverPlan(server, folder, frontend)])
    await prepareNamespace(cli, `127.0.0.1:${frontend}`)
  } catch (problem) {
    await stop()
    throw problem
  }
  const pids = () =>
    Object.fromEntries(
      ['temporal', 'temporal-postgres'].flatMap((name) => {
        const pid = supervisor.pidOf(name)
        return pid === undefined ? [] : [[name, pid]]
      }),
    )
  return { address: `127.0.0.1:${frontend}`, pids, stop }
}

const build = (target: string, source: string): Promise<string> =>
  runQuietly('go', ['build', '-mod=readonly', '-o', target, source], { cwd: sources })

async function createSchema(sqlTool: string, port: number): Promise<void> {
  const module = (
    await runQuietly('go', ['list', '-m', '-f', '{{.Dir}}', 'go.temporal.io/server'], { cwd: sources })
  ).trim()
  const schemas = path.join(module, 'schema', 'postgresql', 'v12')
  const connection = ['--endpoint', '127.0.0.1', '--port', String(port), '--user', databaseUser, '--plugin', plugin]
  for (const [database, versions] of Object.entries(databases)) {
    const tool = (...words: string[]) => runQuietly(sqlTool, [...connection, '--database', database, ...words])
    await tool('create-database')
    await tool('setup-schema', '--version', '0.0')
    await tool('update-schema', '--schema-dir', path.join(schemas, versions, 'versioned'))
  }
}

/** Each with the folder of its schema. */
const databases = { temporal: 'temporal', temporal_visibility: 'visibility' }

function writeConfiguration(folder: string, postgres: number, ports: readonly number[]): void {
  const datastore = (databaseName: string) => ({
    sql: {
      ...{ pluginName: plugin, databaseName, connectAddr: `127.0.0.1:${postgres}`, connectProtocol: 'tcp' },
      ...{ user: databaseUser, password: '', maxConns: 20, maxIdleConns: 20 },
    },
  })
  const services = ['frontend', 'history', 'matching', 'worker']
  const rpc = (n: number) => ({ rpc: { grpcPort: ports[n], membershipPort: ports[n + 4], bindOnIP: '127.0.0.1' } })
  const configuration = {
    log: { stdout: true, level: 'warn' },
    persistence: {
      ...{ defaultStore: 'default', visibilityStore: 'visibility', numHistoryShards: historyShards },
      datastores: { default: datastore('temporal'), visibility: datastore('temporal_visibility') },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' } },
    services: Object.fromEntries(services.map((service, n) => [service, rpc(n)])),
    clusterMetadata: {
      ...{ enableGlobalNamespace: false, failoverVersionIncrement: 10, masterClusterName: 'active' },
      ...{ currentClusterName: 'active' },
      clusterInformation: {
        active: { enabled: true, initialFailoverVersion: 1, rpcName: 'frontend', rpcAddress: `127.0.0.1:${ports[0]}` },
      },
    },
    publicClient: { hostPort: `127.0.0.1:${ports[0]}` },
    dynamicConfigClient: { filepath: path.join(folder, 'config', 'dynamic.yaml'), pollInterval: '60s' },
  }
  mkdirSync(path.join(folder, 'config'))
  writeFileSync(path.join(folder, 'config', 'bench.yaml'), stringify(configuration))
  const dynamic = {
    'matching.enableFairness': true,
    'matching.numTaskqueueReadPartitions': 1,
    'matching.numTaskqueueWritePartitions': 1,
    'system.forceSearchAttributesCacheRefreshOnRead': true,
  }
  writeFileSync(
    path.join(folder, 'config', 'dynamic.yaml'),
    stringify(Object.fromEntries(Object.entries(dynamic).map(([key, value]) => [key, [{ value }]]))),
  )
}

const serverPlan = (server: string, folder: string, frontend: number): ProcessPlan => ({
  name: 'temporal',
  command: server,
  args: ['--root', folder, '--config', 'config', '--env', 'bench', '--allow-no-auth', 'start'],
  ready: { acceptsTcp: frontend },
  readyWithinSeconds: 60,
})

async function prepareNamespace(cli: string, address: string): Promise<void> {
  const operator = (...words: string[]) => runQuietly(cli, ['operator', ...words, '--address', address])
  await repeated(() => operator('namespace', 'create', '--namespace', namespace, '--retention', '30d'))
  const named = Object.values(searchAttributes).flatMap(({ name, type }) => [
    ...['--name', name, '--type', attributeTypes[type]],
  ])
  await repeated(() => operator('search-attribute', 'create', '--namespace', namespace, ...named))
}

/** The frontend listens a moment before the services behind it serve. */
async function repeated(work: () => Promise<string>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work()
      return
    } catch (problem) {
      if (attempt === 20) throw problem
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
}
