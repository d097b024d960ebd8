import { Client, Connection } from '@temporalio/client'
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import { pino } from 'pino'
import { createControlPlaneActivities } from '@berth/activities/control-plane/index.ts'
import { applyConfiguration } from '@berth/database/apply-configuration.ts'
import { openDatabase } from '@berth/database/connect.ts'
import { markStarted, pendingStarts, provisioningRequestOf } from '@berth/database/outbox.ts'
import { openFolders } from '@berth/database/open-folders.ts'
import { createRequestRecords } from '@berth/database/request-records.ts'
import { controlPlaneQueue } from '@berth/domain/task-queues.ts'
import { readConfig } from './config.ts'
import { createMailCourier } from './mail-courier.ts'
import { relayOutbox } from './outbox-relay.ts'
import { keepReconcileSchedules } from './reconcile-schedules.ts'
import { createTemporalSiteWatch } from './temporal-site-watch.ts'
import { untilItAnswers } from './until-it-answers.ts'
import { createWorkflowRepair } from './workflow-repair.ts'
import { workflowSources } from './workflow-sources.ts'

const read = readConfig()
if (!read.ok) {
  process.stderr.write(`The workers cannot start:\n${read.problems.map((problem) => `  ${problem}\n`).join('')}`)
  process.exit(1)
}

const { config } = read
const { configuration, temporal, namespace } = config
const { workflowsPath, preloadModules } = workflowSources
const log = pino({ name: 'workers', level: config.BERTH_LOG_LEVEL })

Runtime.install({
  logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
    log[level === 'ERROR' ? 'error' : 'warn']({ meta }, message)
  }),
  workerHeartbeatInterval: '5s',
})

const database = openDatabase(config.DATABASE_URL, {
  publicUrl: config.BERTH_PUBLIC_URL,
  onConnectionLost: (error) => log.warn({ reason: error.message }, 'database connection lost'),
})
await untilItAnswers('the database', () => applyConfiguration(database, configuration), log)

const connection = await untilItAnswers('Temporal', () => Connection.connect(temporal), log)
const native = await untilItAnswers('Temporal', () => NativeConnection.connect(temporal), log)
const client = new Client({ connection, namespace })
const courier = createMailCourier(config.BERTH_SMTP_URL, config.BERTH_MAIL_FROM)

const worker = await Worker.create({
  connection: native,
  namespace,
  taskQueue: controlPlaneQueue,
  identity: `workers/${process.pid}`,
  ...(config.BERTH_WORKFLOW_BUNDLE === undefined
    ? { workflowsPath, bundlerOptions: { preloadModules } }
    : { workflowBundle: { codePath: config.BERTH_WORKFLOW_BUNDLE } }),
  activities: createControlPlaneActivities({
    records: createRequestRecords(database),
    courier,
    siteWatch: createTemporalSiteWatch(client),
    repair: createWorkflowRepair(client, (requestId) => provisioningRequestOf(database, requestId)),
  }),
  maxCachedWorkflows: config.BERTH_MAX_CACHED_WORKFLOWS,
  maxHeartbeatThrottleInterval: '1s',
  shutdownGraceTime: '5s',
})

const folders = await untilItAnswers('the database', () => openFolders(database), log)
await untilItAnswers(
  'Temporal',
  () => keepReconcileSchedules(client, configuration, folders, config.BERTH_RECONCILE_SECONDS),
  log,
)
const stopped = new AbortController()
const outbox = {
  pendingStarts: (limit: number) => pendingStarts(database, limit),
  markStarted: (requestId: string) => markStarted(database, requestId),
}
const relaying = relayOutbox(outbox, client, log, stopped.signal)
log.info({ queue: controlPlaneQueue }, 'workers ready')
try {
  await worker.run()
} finally {
  stopped.abort()
  await relaying
  courier.close()
  await Promise.all([native.close(), connection.close(), database.close()])
}
