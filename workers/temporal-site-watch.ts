import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from '@temporalio/client'
import { defaultPayloadConverter } from '@temporalio/common'
import type { SiteWatch } from '@berth/activities/control-plane/control-plane-ports.ts'
import type { Receipt } from '@berth/domain/agents.ts'
import { instantOf } from '@berth/domain/instant.ts'
import { siteBuildQueue, siteQueue } from '@berth/domain/task-queues.ts'
import { activityIn, askQueue, seenSite } from '@berth/domain/temporal-answers.ts'

/** A little longer than the pause between two heartbeats of an agent. */
const nextHeartbeatMilliseconds = 6_000

/** What Temporal knows of agents: who beats or polls, how long ago, and what waits. */
export function createTemporalSiteWatch(client: Client): SiteWatch {
  const { workflowService } = client
  const namespace = client.options.namespace

  const ask = (queue: string) => askQueue(workflowService, namespace, queue)

  async function look(siteId: string, receipts: Map<string, Receipt>) {
    const [clones, others] = await Promise.all([ask(siteBuildQueue(siteId)), ask(siteQueue(siteId))])
    const { maintenance, ...site } = seenSite({ clones, others }, receipts, instantOf(Date.now()))
    // Who began it is an id, which says nothing to people.
    return { ...site, ...(maintenance && { maintenance: { since: maintenance.since, reason: maintenance.reason } }) }
  }

  return {
    async describeSite(siteId) {
      const receipts = new Map<string, Receipt>()
      const site = await look(siteId, receipts)
      if (receipts.size === 0 || site.agents.some(({ alive }) => alive)) return site
      // Silent, or with a clock that is wrong: a further heartbeat tells which.
      await pause(nextHeartbeatMilliseconds)
      return look(siteId, receipts)
    },

    async pendingActivity(workflowId, activity) {
      const { raw } = await client.workflow.getHandle(workflowId).describe()
      return (
        activityIn(raw.pendingActivities, activity, (payload) => defaultPayloadConverter.fromPayload(payload)) ?? null
      )
    },
  }
}
