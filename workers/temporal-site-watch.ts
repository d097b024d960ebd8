import type { Client } from '@temporalio/client'
import type { SiteWatch } from '@berth/activities/control-plane/control-plane-ports.ts'
import { siteBuildQueue, siteQueue } from '@berth/domain/task-queues.ts'

const activityQueue = 2 // temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY
const started = 2 // temporal.api.enums.v1.PendingActivityState.PENDING_ACTIVITY_STATE_STARTED

/** What Temporal knows of agents: who polls, how long ago, and what waits. */
export function createTemporalSiteWatch(client: Client): SiteWatch {
  const { workflowService } = client
  const namespace = client.options.namespace

  async function describeQueue(name: string) {
    const { pollers, stats } = await workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name },
      taskQueueType: activityQueue,
      reportPollers: true,
      reportStats: true,
    })
    const polled = (pollers ?? []).map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000)
    const beaten = await heartbeatsOf(name)
    // A frozen agent's poll still counts as seen when it times out after a minute; its heartbeats stop at once.
    return { contacts: beaten.length > 0 ? beaten : polled, backlog: Number(stats?.approximateBacklogCount ?? 0) }
  }

  async function heartbeatsOf(queue: string): Promise<number[]> {
    const { workersInfo } = await workflowService.listWorkers({ namespace, query: `TaskQueue = '${queue}'` })
    return (workersInfo ?? []).map(
      ({ workerHeartbeat }) => Number(workerHeartbeat?.heartbeatTime?.seconds ?? 0) * 1_000,
    )
  }

  return {
    async describeAgents(siteId) {
      const queues = await Promise.all([describeQueue(siteQueue(siteId)), describeQueue(siteBuildQueue(siteId))])
      const contacts = queues.flatMap((queue) => queue.contacts)
      return {
        lastContactAt: contacts.length === 0 ? null : new Date(Math.max(...contacts)).toISOString(),
        backlog: queues.reduce((sum, { backlog }) => sum + backlog, 0),
      }
    },

    async pendingActivity(workflowId) {
      const { raw } = await client.workflow.getHandle(workflowId).describe()
      const pending = raw.pendingActivities?.find(({ activityType }) => activityType?.name !== 'describeSite')
      if (pending === undefined) return null
      // What the activity threw; its own cause is what lies behind it, and has no code.
      const failure = pending.lastFailure
      const code = failure?.applicationFailureInfo?.type
      return {
        attempt: pending.attempt ?? 1,
        started: pending.state === started,
        ...(failure?.message !== undefined &&
          failure.message !== null && { lastFailure: { message: failure.message, ...(code != null && { code }) } }),
      }
    },
  }
}
