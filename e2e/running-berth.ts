import { Client, Connection } from '@temporalio/client'
import { createSoapClient, type SoapClient } from '@berth/agent-worker/vcenter/soap-client.ts'
import { openDatabase, type Database } from '@berth/database/connect.ts'
import { apiDriver, type ApiDriver } from '@berth/testing/api-driver.ts'
import { testConfiguration } from '@berth/testing/config.ts'
import { readRunFile, type DemoPerson, type RunFile } from '@berth/testing/run-file.ts'

/** The Berth that all journeys go through, and every way into it. */
export interface RunningBerth {
  home: string
  run: RunFile
  /** The API as one of the demo's people. */
  as: (person: DemoPerson) => ApiDriver
  temporal: Client
  database: Database
  vcenter: (siteId: string) => SoapClient
  /** As it is now: processes that were killed have other ids. */
  readRun: () => Promise<RunFile>
  close: () => Promise<void>
}

export async function runningBerth(home = testConfiguration.berthHome()): Promise<RunningBerth> {
  const run = await readRunFile(home)
  const connection = await Connection.connect({ address: run.temporalAddress })
  const database = openDatabase(run.databaseUrl, { maxConnections: 2 })
  const vcenters = new Map<string, SoapClient>()
  const drivers = new Map<DemoPerson, ApiDriver>()
  return {
    home,
    run,
    database,
    temporal: new Client({ connection, namespace: run.temporalNamespace }),
    as: (person) => remembered(drivers, person, () => apiDriver(run.portalUrl, run.tokens[person])),
    vcenter: (siteId) => remembered(vcenters, siteId, () => createSoapClient(siteOf(run, siteId))),
    readRun: () => readRunFile(home),
    async close() {
      await Promise.all([...vcenters.values()].map((vcenter) => vcenter.close()))
      await database.close()
      await connection.close()
    },
  }
}

function siteOf({ sites }: RunFile, siteId: string) {
  const site = sites.find(({ id }) => id === siteId)
  if (site === undefined) throw new Error(`this Berth has no site ${siteId}`)
  const { vcenterUrl: url, username, password } = site
  return { url, username, password, userAgent: 'berth-e2e' }
}

function remembered<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = known.get(key) ?? make()
  known.set(key, value)
  return value
}
