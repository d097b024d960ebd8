import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { createSoapClient, type SoapClient } from '@berth/agent-worker/vcenter/soap-client.ts'
import { openDatabase, type Database } from '@berth/database/connect.ts'
import { apiDriver, type ApiDriver } from '@berth/testing/api-driver.ts'
import type { DemoPerson } from '@berth/testing/run-file.ts'
import { recordVms, type VmRecorder } from '@berth/testing/vm-recorder.ts'
import { readConfiguration } from '../../start/config.ts'
import { postgresPlace } from '../../start/postgres/postgres-place.ts'
import { removePostgres } from '../../start/postgres/remove-postgres.ts'
import { prepareBerth, type PreparedBerth } from '../../start/prepare-berth.ts'
import { agentNames, vcenterUrl } from '../../start/site.ts'
import { freePortBase } from '../../test/free-ports.ts'
import { chanceOf, type Chance } from '../chance.ts'
import { inheritedEnvironment } from '../config.ts'
import { faultPlan, type FaultPlan } from '../fault-plan.ts'
import { drillConfiguration } from './drill-configuration.ts'
import { lines, type Lines } from './lines.ts'
import { processes, type Processes } from './processes.ts'

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
  temporal: Client
  mailUrl: string
  stop(): Promise<void>
}

export interface RigSite {
  id: string
  /** The catalog item that is built there. */
  catalogItemId: string
  agents: string[]
  /** Past all proxies. */
  vcenter: SoapClient
  recorder: VmRecorder
}

export interface RigOptions {
  seed: number
  isLong: boolean
  /** VMs of strangers at each site. */
  inventoryVms: number
}

const [siteCount, agentsPerSite] = [2, 2]
/** Of the team, for all drills. */
const vmLimit = 2_000

export async function startRig(options: RigOptions): Promise<Rig> {
  const home = mkdtempSync(path.join(tmpdir(), 'berth-chaos-'))
  // PostgreSQL's own user has to reach it.
  chmodSync(home, 0o755)
  const berthYaml = path.join(home, 'drills.yaml')
  writeFileSync(berthYaml, drillConfiguration(vmLimit))
  const configuration = readConfiguration({
    ...inheritedEnvironment(),
    BERTH_HOME: home,
    BERTH_PORT_BASE: String(await freePortBase()),
    BERTH_CONFIG: berthYaml,
    BERTH_VCSIM_METHOD_DELAY: 'CloneVm:300,PowerOn:50',
    BERTH_GUEST_BOOT_SECONDS: '0.2',
    BERTH_RECONCILE_SECONDS: '5',
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
    const rig = await rigOf(berth, options)
    return { ...rig, stop: () => rig.stop().finally(removeHome) }
  } catch (problem) {
    await berth.stop()
    removeHome()
    throw problem
  }
}

async function rigOf(berth: PreparedBerth, { seed, isLong }: RigOptions): Promise<Rig> {
  const { settings, supervisor } = berth
  const chance = chanceOf(seed)
  const plan = faultPlan(chance)
  const hands = processes(supervisor, plan)
  const wires = await lines(settings, { faultFor: plan.of, kill: hands.kill })
  await berth.start(wires.through)
  const connection = await Connection.connect({ address: settings.temporalAddress })
  const database = openDatabase(settings.databaseUrl, { maxConnections: 4 })
  const sites = settings.sites.map((site, index): RigSite => {
    // Past the keeper's port too: recording must not stand in anybody's way.
    const access = { username: site.username, password: site.password, url: vcenterUrl(site.simulatorPort) }
    return {
      id: site.id,
      catalogItemId: index === 0 ? 'ubuntu-24-04' : `ubuntu-24-04-${index + 1}`,
      agents: agentNames(site, settings),
      vcenter: createSoapClient({ ...access, userAgent: 'berth-chaos' }),
      recorder: recordVms({ id: site.id, ...access, vcenterUrl: access.url }),
    }
  })
  return {
    ...{ seed, isLong, chance, plan, processes: hands, lines: wires, sites, database },
    ...{ home: settings.home, mailUrl: settings.mailUrl },
    as: (person) => apiDriver(settings.portalUrl, settings.tokens[person]),
    temporal: new Client({ connection, namespace: settings.temporalNamespace }),
    async stop() {
      await Promise.all(sites.map(({ recorder }) => recorder.stop()))
      await Promise.all(sites.map(({ vcenter }) => vcenter.close()))
      await database.close()
      await connection.close()
      await berth.stop()
      await wires.stop()
    },
  }
}
