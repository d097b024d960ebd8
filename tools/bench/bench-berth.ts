import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { parseDocument, type Document } from 'yaml'
import { openDatabase, type Database } from '@berth/database/connect.ts'
import { apiDriver, type ApiDriver } from '@berth/testing/api-driver.ts'
import { inheritedEnvironment, readConfiguration, repository } from '../start/config.ts'
import { postgresPlace } from '../start/postgres/postgres-place.ts'
import { removePostgres } from '../start/postgres/remove-postgres.ts'
import { prepareBerth } from '../start/prepare-berth.ts'
import type { Settings } from '../start/settings.ts'
import { freePortBase } from '../test/free-ports.ts'
import { processorTimes, type ProcessorTimes } from './processor-times.ts'
import { alsoStoppedByHand } from './what-runs.ts'

export interface Measured {
  /** How long the simulator's clone task takes. */
  cloneSeconds: number
  /** From power on to the guest's address. */
  guestSeconds: number
  sites: number
  /** VMs of strangers at each site. */
  inventoryVms: number
  /** The agent logs each call to vCenter, which costs time: not for measuring time. */
  logsCalls?: true
  /** Of one whole life; without, leases as the demo has them. */
  policies?: Record<string, unknown>
  /** Of all its processes. */
  environment?: Record<string, string>
  /** Another Temporal than the development server. */
  temporal?: { address: string; pids: () => Record<string, number> }
}

/** A Berth of its own beside whatever runs: known delays at the vCenter, no settle time, quotas out of the way. */
export interface BenchBerth {
  settings: Settings
  api: ApiDriver
  database: Database
  temporal: Client
  /** The item that is built at each site. */
  catalogItems: string[]
  /** Throws while it is not there. */
  pidOf(process: string): number
  /** Seconds of processor that each process has taken so far; Linux. */
  processorTimes(): ProcessorTimes
  /** Methods that agents have called so far, in order; with `logsCalls`. */
  calls(): string[]
  stop(): Promise<void>
}

export async function startBenchBerth(measured: Measured): Promise<BenchBerth> {
  const home = mkdtempSync(path.join(tmpdir(), 'berth-bench-'))
  // PostgreSQL's own user has to reach it.
  chmodSync(home, 0o755)
  const berthYaml = path.join(home, 'bench.yaml')
  const document = benchConfiguration(measured.policies ?? {})
  writeFileSync(berthYaml, document.toString())
  const configuration = readConfiguration({
    ...inheritedEnvironment(),
    BERTH_HOME: home,
    BERTH_PORT_BASE: String(await freePortBase()),
    BERTH_CONFIG: berthYaml,
    BERTH_VCSIM_METHOD_DELAY: `CloneVm:${measured.cloneSeconds * 1_000}`,
    BERTH_GUEST_BOOT_SECONDS: String(measured.guestSeconds),
    BERTH_LOG_LEVEL: measured.logsCalls ? 'debug' : 'info',
    ...(measured.temporal && { TEMPORAL_ADDRESS: measured.temporal.address }),
    ...measured.environment,
  })
  const berth = await prepareBerth(
    { ...configuration, inventoryVms: measured.inventoryVms },
    { verbose: false, sites: measured.sites, agents: 1 },
  )
  const { settings, supervisor } = berth
  const stop = alsoStoppedByHand(async () => {
    await berth.stop()
    removePostgres(postgresPlace(home))
    rmSync(home, { recursive: true, force: true })
  })
  try {
    await berth.start()
  } catch (problem) {
    await stop()
    throw problem
  }
  const connection = await Connection.connect({ address: settings.temporalAddress })
  const database = openDatabase(settings.databaseUrl, { maxConnections: 4 })
  return {
    settings,
    database,
    api: apiDriver(settings.portalUrl, settings.tokens['developer'] ?? ''),
    temporal: new Client({ connection, namespace: settings.temporalNamespace }),
    catalogItems: settings.sites.map((_, index) => (index === 0 ? 'ubuntu-24-04' : `ubuntu-24-04-${index + 1}`)),
    pidOf(process) {
      const pid = supervisor.pidOf(process)
      if (pid === undefined) throw new Error(`${process} does not run`)
      return pid
    },
    processorTimes: () => processorTimes({ ...pidsOf(settings, supervisor), ...measured.temporal?.pids() }),
    calls: () => settings.sites.flatMap(({ id }) => calledMethods(path.join(home, 'logs', `agent-${id}.log`))),
    async stop() {
      await database.close()
      await connection.close()
      await stop()
    },
  }
}

function benchConfiguration(policies: Record<string, unknown>): Document {
  const document = parseDocument(readFileSync(path.join(repository, 'berth.yaml'), 'utf8'))
  const demo = (document.toJS() as { policies: object }).policies
  const brief = { addressSettleSeconds: 0, capGraceAndUndoAtFirstLease: false, ...policies }
  document.set('policies', document.createNode({ ...demo, ...brief }))
  document.set('quotas', document.createNode([]))
  return document
}

function pidsOf({ sites }: Settings, supervisor: { pidOf(name: string): number | undefined }): Record<string, number> {
  const names = [
    ...['temporal', 'postgres', 'workers', 'api', 'mail-sink'],
    ...sites.flatMap(({ id }) => [`agent-${id}`, `vcenter-${id}`, `demo-${id}`]),
  ]
  return Object.fromEntries(
    names.flatMap((name) => {
      const pid = supervisor.pidOf(name)
      return pid === undefined ? [] : [[name, pid]]
    }),
  )
}

function calledMethods(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => (line.includes('"vCenter call"') ? [/"method":"(\w+)"/.exec(line)?.[1] ?? ''] : []))
}
