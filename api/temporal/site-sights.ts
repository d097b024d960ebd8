import type { Client } from '@temporalio/client'
import type { Receipt } from '@berth/domain/agents.ts'
import { instantOf } from '@berth/domain/instant.ts'
import { siteBuildQueue, siteQueue } from '@berth/domain/task-queues.ts'
import { activityQueue, askQueue, seenSite, type SeenSite } from '@berth/domain/temporal-answers.ts'

export interface MaintenanceOrder {
  /** A user's id. */
  by: string
  reason: string
}

/** What Temporal knows of sites: their agents by worker heartbeats and polls, what waits in their queues, and maintenance. */
export function siteSights(client: Client) {
  const { workflowService } = client
  const { namespace } = client.options
  const receipts = new Map<string, Receipt>()

  const ask = (queue: string) => askQueue(workflowService, namespace, queue)

  return {
    async see(siteId: string): Promise<SeenSite> {
      const [clones, others] = await Promise.all([ask(siteBuildQueue(siteId)), ask(siteQueue(siteId))])
      return seenSite({ clones, others }, receipts, instantOf(Date.now()), 'trustItsPolls')
    },

    /** A queue that lets nothing through keeps what is in it; who limited it, when and why is kept beside. */
    async maintain(siteId: string, order: MaintenanceOrder | null): Promise<void> {
      await workflowService.updateTaskQueueConfig({
        namespace,
        identity: order?.by ?? '',
        taskQueue: siteBuildQueue(siteId),
        taskQueueType: activityQueue,
        updateQueueRateLimit: {
          rateLimit: order === null ? null : { requestsPerSecond: 0 },
          reason: order?.reason ?? '',
        },
      })
    },
  }
}
