import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { createSoapClient, type SoapClient } from '@berth/agent-worker/vcenter/soap-client.ts'
import { openDatabase, type Database } from '@berth/database/connect.ts'
import { apiDriver, type ApiDriver } from '@berth/testing/api-driver.ts'
import type { DemoPerson } from '@berth/testing/run-file.ts'
import { until } from '@berth/testing/until.ts'
import { recordVms, type VmRecorder } from '@berth/testing/vm-recorder.ts'
import { inheritedEnvironment, readConfiguration } from '../../start/config.ts'
import { postgresPlace } from '../../start/postgres/postgres-place.ts'
import { removePostgres } from '../../start/postgres/remove-postgres.ts'
import { prepareBerth, type PreparedBerth } from '../../start/prepare-berth.ts'
import { agentNames, vcenterUrl } from '../../start/site.ts'
import { freePortBase } from '../../test/free-ports.ts'
import { chanceOf, type Chance } from '../chance.ts'
import { faultPlan, type FaultPlan } from '../fault-plan.ts'
import type { BerthNeeds } from './berth-needs.ts'
import { drillConfiguration, items, type ItemKind } from './drill-configuration.ts'
import { lines, type Lines } from './lines.ts'
import { processes, type Processes } from './processes.ts'
import { recordQuota, type QuotaRecord } from './quota-record.ts'
import { templatesAtOnce } from './templates-at-once.ts'

/** A Berth with proxies on all its lines, and every way to look at it and to hurt it. */
export interface Rig {
  home: string
  seed: number
  isLong: boolean
  chance: Chance
  plan: FaultPlan
  lines: Lines
  processes: Processes
  sites: RigSite[]
  as(person: DemoPerson): ApiDriver
  database: Database
  /** From the record, past all proxies; a database that a drill has killed is waited for. */
  rows<Row extends object>(statement: string, values?: unknown[]): Promise<Row[]>
  quota: QuotaRecord
  /** How often Berth compares vCenter with its record. */
  reconcileSeconds: number
  temporal: Client
  mailUrl: string
  stop(): Promise<void>
}

export interface RigSite {
  id: string
  catalogItem(kind: ItemKind): string
  agents: string[]
  /** Open while the vCenter serves with all its VMs. */
  publicUrl: string
  /** Past all proxies. */
  vcenter: SoapClient
  recorder: VmRecorder
}

export interface RigOptions extends BerthNeeds {
  seed: number
  isLong: boolean
}

const [siteCount, agentsPerSite] = [2, 2]
/** Of the team, for all drills. */
const vmLimit = 2_000
/** The product's own, and one for tests: what is timed is timed with the first. */
const reconcileEverySeconds = { long: 120, short: 5 }

export async function startRig(options: RigOptions): Promise<Rig> {
  const home = mkdtempSync(path.join(tmpdir(), 'berth-chaos-'))
  // PostgreSQL's own user has to reach it.
  chmodSync(home, 0o755)
  // Simulators that are killed leave their files there.
  const temporary = path.join(home, 'tmp')
  mkdirSync(temporary)
  chmodSync(temporary, 0o1777)
  const reconcileSeconds = reconcileEverySeconds[options.isLong ? 'long' : 'short']
  const berthYaml = path.join(home, 'drills.yaml')
  writeFileSync(berthYaml, drillConfiguration(vmLimit))
  const configuration = readConfiguration({
    ...inheritedEnvironment(),
    BERTH_HOME: home,
    BERTH_PORT_BASE: String(await freePortBase()),
    BERTH_CONFIG: berthYaml,
    TMPDIR: temporary,
    BERTH_VCSIM_METHOD_DELAY: `CloneVm:${options.cloneSeconds * 1_000},PowerOn:50`,
    BERTH_GUEST_BOOT_SECONDS: '0.2',
    BERTH_RECONCILE_SECONDS: String(reconcileSeconds),
    // One person asks for all that a drill wants.
    BERTH_REQUESTS_PER_MINUTE: '60000',
  })
  const berth = await prepareBerth(
    { ...configuration, inventoryVms: options.inventoryVms },
    { verbose: false, sites: siteCount, agents: agentsPerSite },
  )
  const removeHome = () => {
    removePostgres(postgresPlace(home))
    rmSync(home, { recursive: true, force: true })
  }
  try {
    const rig = { ...(await rigOf(berth, options)), reconcileSeconds }
    return { ...rig, stop: () => rig.stop().finally(removeHome) }
  } catch (problem) {
    await berth.stop()
    removeHome()
    throw problem
  }
}

async function rigOf(
  berth: PreparedBerth,
  { seed, isLong, cloneSeconds }: RigOptions,
): Promise<Omit<Rig, 'reconcileSeconds'>> {
  const { settings, supervisor } = berth
  const chance = chanceOf(seed)
  const plan = faultPlan(chance)
  const recorders = new Map<string, VmRecorder>()
  const hands = processes(supervisor, plan, async (name) => recorders.get(name)?.beforeItsEnd())
  const statements = () => plan.namesThrough('database')
  const wires = await lines(settings, { faultFor: plan.of, statements, kill: hands.kill })
  const vcenters = settings.sites.map(({ username, password, simulatorPort }) =>
    createSoapClient({ username, password, url: vcenterUrl(simulatorPort), userAgent: 'berth-chaos' }),
  )
  // Only there: a vCenter that is killed gets its templates from its keeper, and they have to be the same ones.
  const waitForNoClone = cloneSeconds > 1 ? vcenters.map(templatesAtOnce) : []
  await Promise.all([berth.start(wires.through), ...waitForNoClone])
  const connection = await Connection.connect({ address: settings.temporalAddress })
  const database = openDatabase(settings.databaseUrl, { maxConnections: 4 })
  const sites = vcenters.map((vcenter, index): RigSite => {
    const site = settings.sites[index] as (typeof settings.sites)[number]
    // Past the keeper's port too: recording must not stand in anybody's way.
    const recorder = recordVms({ ...site, vcenterUrl: vcenterUrl(site.simulatorPort) })
    recorders.set(`vcenter-${site.id}`, recorder)
    return {
      id: site.id,
      catalogItem: (kind) => (index === 0 ? items[kind] : `${items[kind]}-${index + 1}`),
      agents: agentNames(site, settings),
      publicUrl: vcenterUrl(site.vcenterPort),
      ...{ vcenter, recorder },
    }
  })
  const quota = recordQuota(database)
  return {
    ...{ seed, isLong, chance, plan, processes: hands, lines: wires, sites, database, quota },
    ...{ home: settings.home, mailUrl: settings.mailUrl },
    as: (person) => apiDriver(settings.portalUrl, settings.tokens[person]),
    temporal: new Client({ connection, namespace: settings.temporalNamespace }),
    rows: <Row extends object>(statement: string, values: unknown[] = []) =>
      until('the database to answer', async () => (await database.pool.query<Row>(statement, values)).rows),
    async stop() {
      await quota.stop()
      await Promise.all(sites.map(({ recorder }) => recorder.stop()))
      await Promise.all(sites.map(({ vcenter }) => vcenter.close()))
      await database.close()
      await connection.close()
      await berth.stop()
      await wires.stop()
    },
  }
}
