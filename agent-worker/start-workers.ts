import { Worker } from '@temporalio/worker'
import type { NativeConnection, WorkerOptions, WorkerPlugin } from '@temporalio/worker'
import type { VcenterActivities } from '@berth/activities/vcenter/index.ts'
import { boundsSign } from '@berth/domain/clone-bounds.ts'
import { siteBuildQueue, siteQueue } from '@berth/domain/task-queues.ts'
import { askQueueOver, type AskQueue } from './ask-queue.ts'
import type { CloneShare } from './clone-share.ts'
import type { AgentConfig } from './config.ts'
import { sharedSlots } from './shared-slots.ts'

export interface RunningWorkers {
  /** Settles when both workers have stopped: after a signal, or because one failed. */
  stopped: Promise<void>
  disconnect(): Promise<void>
}

/** Waits are cheap: a slot holds a promise. */
const siteSlots = 2_000

/**
 * More only while there is much to take: each poll of an agent that stands still swallows a step until its heartbeat
 * times out.
 */
const fewPolls = { type: 'autoscaling', minimum: 1, initial: 1, maximum: 5 } as const

/**
 * Clones have a queue of their own, with as many slots as the vCenter bears, which the agents of a site share; all else
 * shares the other one.
 */
export async function startWorkers(
  connection: NativeConnection,
  config: AgentConfig,
  activities: VcenterActivities,
  cloneShare: CloneShare,
): Promise<RunningWorkers> {
  const { cloneVm, ...others } = activities
  const askQueue = askQueueOver(connection, config.namespace, siteBuildQueue(config.siteId))
  // Its slot may be older than the agent that has joined since.
  const cloneInTurn: typeof cloneVm = async (...order) => {
    await cloneShare.now(askQueue)
    return cloneVm(...order)
  }
  const worker = (taskQueue: string, served: WorkerOptions['activities'] & object, slots: Partial<WorkerOptions>) =>
    Worker.create({
      connection,
      namespace: config.namespace,
      identity: config.identity,
      taskQueue,
      activities: served,
      activityTaskPollerBehavior: fewPolls,
      // Else the moid of a vCenter task reaches the server only with a heartbeat many seconds later.
      maxHeartbeatThrottleInterval: '1s',
      defaultHeartbeatThrottleInterval: '1s',
      shutdownGraceTime: '5s',
      shutdownForceTime: '20s',
      ...slots,
    })
  try {
    const workers = await Promise.all([
      worker(siteQueue(config.siteId), others, { maxConcurrentActivityTaskExecutions: siteSlots }),
      worker(
        siteBuildQueue(config.siteId),
        { cloneVm: cloneInTurn },
        { plugins: [sharedClones(cloneShare, askQueue)] },
      ),
    ])
    return { stopped: runAll(workers), disconnect: () => connection.close() }
  } catch (error) {
    await connection.close()
    throw error
  }
}

/** The name of a plugin is what a worker's heartbeats carry: by it others know what the site bears. */
function sharedClones(share: CloneShare, askQueue: AskQueue): WorkerPlugin {
  const slots = sharedSlots(async () => (await share.now(askQueue)).slots)
  return {
    name: boundsSign(share.bounds),
    configureWorker: (options) => ({
      ...options,
      tuner: {
        activityTaskSlotSupplier: slots,
        workflowTaskSlotSupplier: unused,
        localActivityTaskSlotSupplier: unused,
        nexusTaskSlotSupplier: unused,
      },
    }),
  }
}

const unused = { type: 'fixed-size', numSlots: 1 } as const

/** One that fails takes the other with it: half an agent would look alive and leave requests waiting. */
async function runAll(workers: Worker[]): Promise<void> {
  const running = workers.map((worker) => worker.run())
  try {
    await Promise.all(running)
  } catch (error) {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown()
    await Promise.allSettled(running)
    throw error
  }
}
