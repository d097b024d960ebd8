import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { longStep } from '../bootstrap/long-step.mjs'
import { findServer } from '../servers/find-server.ts'
import { temporalRelease, vcsimRelease } from '../servers/server-release.ts'
import { postgresPlace } from '../start/postgres/postgres-place.ts'
import { postgresPlan, postgresUrl } from '../start/postgres/postgres-plan.ts'
import { removePostgres } from '../start/postgres/remove-postgres.ts'
import { processLog } from '../start/process-log.ts'
import { processRecord } from '../start/process-record.ts'
import { Supervisor } from '../start/supervisor.ts'
import { temporalPlan } from '../start/temporal-plan.ts'
import { freePorts } from './free-ports.ts'
import { jestWorkers } from './run-jest.ts'

/** Tests start over after a crash, so nothing need survive one. */
const carelessButFast = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']

/** Low enough for a test to reach, above what an ordinary life in the tests comes to. */
const suggestContinueAsNewAt = 200

export interface TestServers {
  environment: Record<string, string>
  stop: () => Promise<void>
}

/** One PostgreSQL and one Temporal for all test files, with a namespace for each jest worker. */
export async function startTestServers(
  folder: string,
  environment: Record<string, string | undefined>,
): Promise<TestServers> {
  await mkdir(folder, { recursive: true, mode: 0o755 })
  const temporal = await findServer(temporalRelease)
  const vcsim = await findServer(vcsimRelease)
  const [postgresPort, temporalPort] = await freePorts(2)
  const place = postgresPlace(folder)
  if (place.remark) console.log(place.remark)
  const log = processLog(path.join(folder, 'logs'), { verbose: false })
  const supervisor = new Supervisor({ log, record: processRecord(folder), environment })
  const stop = async () => {
    await supervisor.stop()
    log.close()
    removePostgres(place)
  }
  try {
    await longStep('Starting PostgreSQL and Temporal for the tests', () =>
      supervisor.start([
        postgresPlan(place, postgresPort, carelessButFast),
        temporalPlan({ binary: temporal, port: temporalPort, namespaces: testNamespaces, suggestContinueAsNewAt }),
      ]),
    )
  } catch (problem) {
    await stop()
    throw problem
  }
  return {
    environment: {
      DATABASE_URL: postgresUrl(postgresPort, 'postgres'),
      TEMPORAL_ADDRESS: `127.0.0.1:${temporalPort}`,
      VCSIM_BINARY: vcsim,
    },
    stop,
  }
}

const testNamespaces = Array.from({ length: jestWorkers }, (_, index) => `test-${index + 1}`)
