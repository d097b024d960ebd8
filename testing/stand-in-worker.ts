import { fileURLToPath } from 'node:url'
import { activityInfo, heartbeat } from '@temporalio/activity'
import { Client, Connection } from '@temporalio/client'
import { ApplicationFailure } from '@temporalio/common'
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker'
import type { Database } from '@berth/database/connect.ts'
import { RecordsFault } from '@berth/database/records-fault.ts'
import { createRequestRecords } from '@berth/database/request-records.ts'
import type { Finding } from '@berth/domain/finding.ts'
import { failureClass } from '@berth/domain/failures.ts'
import type { PlacementFindings } from '@berth/domain/placement.ts'
import { controlPlaneQueue, siteBuildQueue, siteQueue } from '@berth/domain/task-queues.ts'
import type { Transition } from '@berth/domain/transition.ts'
import { violations, type VmEvent } from './invariants.ts'
import { testServers } from './test-servers.ts'
import { until } from './until.ts'
import { workflowsNow } from './workflows-now.ts'

/** What the stand-in for a site answers; a test replaces a step to let it wait or fail. */
export interface SiteScript {
  findPlacements(): Promise<PlacementFindings>
  cloneVm(order: { requestId: string }): Promise<{ moid: string }>
  powerOnVm(): Promise<void>
  waitForIp(): Promise<string>
  powerOffVm(): Promise<void>
  destroyVm(): Promise<void>
}

export interface StandInWorker {
  script: SiteScript
  /** Of the activity that calls it. */
  heartbeat(details: object): void
  /** For the record, and the VMs that this site built. Lives may go on: what is broken stays broken. */
  invariantsHold(): Promise<true>
  stop(): Promise<void>
}

const findings: PlacementFindings = {
  templateMoid: 'vm-1',
  templateDiskGiB: 5,
  folderMoid: 'group-1',
  resourcePoolMoid: 'resgroup-1',
  networkName: 'VM Network',
  networkMoid: 'network-1',
  datastores: [{ name: 'LocalDS_0', moid: 'datastore-1', capacityGiB: 10_000, freeGiB: 10_000 }],
}

let bundle: Promise<WorkflowBundleWithSourceMap> | undefined
let installed = false

/** How late a life may be, on a machine that is busy. */
const boundSeconds = 30

/**
 * The real life of a request on the real record, with a site that builds every VM at once and mails that nobody gets: for
 * tests of what stands before it.
 */
export async function startStandInWorker(
  database: Database,
  siteId: string,
  { buildSlots = 100 }: { buildSlots?: number } = {},
): Promise<StandInWorker> {
  if (!installed) Runtime.install({ logger: new DefaultLogger('ERROR'), workerHeartbeatInterval: '1s' })
  installed = true
  bundle ??= bundleWorkflowCode({
    workflowsPath: fileURLToPath(import.meta.resolve('@berth/workflows/index.ts')),
    logger: new DefaultLogger('ERROR'),
  })
  const workflowBundle = await bundle
  const { temporalAddress: address, temporalNamespace: namespace } = testServers
  const connection = await NativeConnection.connect({ address })
  const clientConnection = await Connection.connect({ address })
  const temporal = new Client({ connection: clientConnection, namespace })
  const script = aSite()
  const built = builtVms()
  const site = Object.fromEntries(
    (Object.keys(script) as (keyof SiteScript)[]).map((step) => [
      step,
      async (order: { requestId: string }) => {
        const answer = await script[step](order)
        built.note(step, requestOf(order))
        return answer
      },
    ]),
  )
  const shared = { connection, namespace }
  const activities = recordActivities(database)
  const workers = await Promise.all([
    Worker.create({ ...shared, taskQueue: controlPlaneQueue, workflowBundle, activities }),
    Worker.create({
      ...shared,
      taskQueue: siteQueue(siteId),
      activities: site,
      identity: `agent/${siteId}/test/1.0.0`,
    }),
    Worker.create({
      ...shared,
      taskQueue: siteBuildQueue(siteId),
      activities: site,
      maxConcurrentActivityTaskExecutions: buildSlots,
      identity: `agent/${siteId}/test/1.0.0`,
    }),
  ])
  const running = workers.map((worker) => worker.run())
  return {
    script,
    heartbeat,
    invariantsHold: () =>
      until(
        'the invariants to hold',
        async () => {
          // Nobody reconciles here: a workflow that a test ended by hand stays ended.
          const workflows = (await workflowsNow(database, temporal)).filter(({ isRunning }) => isRunning)
          const found = await violations({
            ...{ database, vms: built.now(), events: built.events, workflows, boundSeconds },
          })
          if (found.length > 0) throw new Error(found.join('; '))
          return true
        },
        10,
      ),
    async stop() {
      for (const worker of workers) worker.shutdown()
      await Promise.all(running)
      await connection.close()
      await clientConnection.close()
    },
  }
}

/** Some orders name the VM alone, some more than it. */
const requestOf = (order: { requestId: string } | { vm: { requestId: string } }): string =>
  'vm' in order ? order.vm.requestId : order.requestId

/** A clone that is asked for again finds its VM. */
function builtVms() {
  const alive = new Set<string>()
  const events: VmEvent[] = []
  return {
    events,
    now: () => [...alive].map((id) => ({ instanceUuid: id, markerRequestId: id })),
    note(step: keyof SiteScript, instanceUuid: string) {
      const happened = (kind: VmEvent['kind']) => events.push({ kind, instanceUuid, at: new Date().toISOString() })
      if (step === 'cloneVm' && !alive.has(instanceUuid)) {
        alive.add(instanceUuid)
        happened('created')
      }
      if (step === 'powerOnVm') happened('poweredOn')
      if (step === 'powerOffVm') happened('poweredOff')
      if (step === 'destroyVm' && alive.delete(instanceUuid)) happened('destroyed')
    },
  }
}

const aSite = (): SiteScript => ({
  findPlacements: async () => findings,
  cloneVm: async () => ({ moid: 'vm-2' }),
  powerOnVm: async () => undefined,
  waitForIp: async () => '127.0.0.2',
  powerOffVm: async () => undefined,
  destroyVm: async () => undefined,
})

/** The activities of the control plane over the real record; letters count as delivered. */
function recordActivities(database: Database) {
  const records = createRequestRecords(database)
  const thisRun = (requestId: string) => ({ requestId, runId: activityInfo().workflowExecution?.runId ?? '' })
  return {
    openRun: (requestId: string, continuedFrom?: string) =>
      coded(records.openRun({ ...thisRun(requestId), ...(continuedFrom !== undefined && { continuedFrom }) })),
    recordTransition: (transition: Transition) =>
      coded(records.recordTransition(thisRun(transition.requestId), transition)),
    validateRequest: (requestId: string) => coded(records.reasonsToReject(requestId)),
    openApprovals: (...given: Parameters<typeof records.openApprovals>) => coded(records.openApprovals(...given)),
    reservePlacement: (...given: Parameters<typeof records.reservePlacement>) =>
      coded(records.reservePlacement(...given)),
    deliveredWarnings: (...given: Parameters<typeof records.deliveriesOf>) => coded(records.deliveriesOf(...given)),
    describeSite: async () => '',
    async deliverNotices(...given: Parameters<typeof records.noticesToDeliver>) {
      for (const { id } of await coded(records.noticesToDeliver(...given)))
        await coded(records.noticeDelivered(id, 'test'))
      return coded(records.deliveriesOf(...given))
    },
    classifyAndRepair: (inventory: { siteId: string; findings: Finding[] }) =>
      coded(records.recordFindings(inventory.siteId, inventory.findings)),
  }
}

async function coded<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (!(error instanceof RecordsFault)) throw error
    const nonRetryable = failureClass(error.code) !== 'transient'
    throw ApplicationFailure.create({ type: error.code, message: error.message, nonRetryable, cause: error })
  }
}
