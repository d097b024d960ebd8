import { Worker } from '@temporalio/worker'
import type { NativeConnection, WorkerOptions } from '@temporalio/worker'
import type { VcenterActivities } from '@berth/activities/vcenter/index.ts'
import { siteBuildQueue, siteQueue } from '@berth/domain/task-queues.ts'
import type { AgentConfig } from './config.ts'

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

/** Clones have a queue of their own, with as many slots as the vCenter bears; all else shares the other one. */
export async function startWorkers(
  connection: NativeConnection,
  config: AgentConfig,
  activities: VcenterActivities,
): Promise<RunningWorkers> {
  const { cloneVm, ...others } = activities
  const worker = (taskQueue: string, slots: number, served: WorkerOptions['activities'] & object) =>
    Worker.create({
      connection,
      namespace: config.namespace,
      identity: config.identity,
      taskQueue,
      activities: served,
      maxConcurrentActivityTaskExecutions: slots,
      activityTaskPollerBehavior: fewPolls,
      // Else the moid of a vCenter task reaches the server only with a heartbeat many seconds later.
      maxHeartbeatThrottleInterval: '1s',
      defaultHeartbeatThrottleInterval: '1s',
      shutdownGraceTime: '5s',
      shutdownForceTime: '20s',
    })
  try {
    const workers = await Promise.all([
      worker(siteQueue(config.siteId), siteSlots, others),
      worker(siteBuildQueue(config.siteId), config.buildSlots, { cloneVm }),
    ])
    return { stopped: runAll(workers), disconnect: () => connection.close() }
  } catch (error) {
    await connection.close()
    throw error
  }
}

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
