import { NativeConnection } from '@temporalio/worker'
import { pino } from 'pino'
import { createVcenterActivities } from '@berth/activities/vcenter/index.ts'
import { askStandingOver } from './ask-standing.ts'
import { createCloneShare } from './clone-share.ts'
import { readConfig } from './config.ts'
import { installRuntime } from './install-runtime.ts'
import { startWorkers } from './start-workers.ts'
import { untilItSucceeds } from './until-it-succeeds.ts'
import { createVsphereVcenter } from './vcenter/vsphere-vcenter.ts'

const read = readConfig()
if (!read.ok) {
  process.stderr.write(`The agent cannot start:\n${read.problems.map((problem) => `  ${problem}\n`).join('')}`)
  process.exit(1)
}

const { config } = read
const log = pino({ base: { identity: config.identity, site: config.siteId }, level: config.logLevel })
installRuntime(log, config.logLevel)

const vcenter = createVsphereVcenter({
  ...config.vcenter,
  cloneBounds: config.cloneBounds,
  installationId: config.installationId,
  userAgent: `berth-agent/${config.version}`,
  onCall: (method) => log.debug({ method }, 'vCenter call'),
})
const cloneShare = createCloneShare(config.cloneBounds, config.identity, {
  onLook: vcenter.shareClones,
  onFailure: (error) =>
    log.warn(
      { err: error },
      'Temporal does not say who else serves this site: the share of its clones stays as it was',
    ),
})
const workers = await untilItSucceeds(
  'Temporal',
  async () => {
    // An agent mostly heartbeats: to compress a few bytes takes more memory and time than to send them.
    const connection = await NativeConnection.connect({ ...config.temporal, grpcCompression: { codec: 'none' } })
    const askStanding = askStandingOver(connection, config.namespace)
    return startWorkers(connection, config, createVcenterActivities(vcenter, { askStanding }), cloneShare)
  },
  log,
)

log.info({ vcenter: new URL(config.vcenter.url).host, namespace: config.namespace }, 'agent ready')
try {
  await workers.stopped
  log.info('agent stopped')
} catch (error) {
  log.fatal({ err: error }, 'the agent’s workers failed')
  process.exitCode = 1
} finally {
  await vcenter.close()
  await workers.disconnect()
}
