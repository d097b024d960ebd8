import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { aCloneOrder } from '@berth/activities/vcenter/testing/a-clone-order.ts'
import { siteBuildQueue } from '@berth/domain/task-queues.ts'
import { seenSite } from '@berth/domain/temporal-answers.ts'
import { startSiteSteps, type SiteSteps } from '@berth/testing/site-steps.ts'
import { testServers, uniqueSiteId } from '@berth/testing/test-servers.ts'
import { until } from '@berth/testing/until.ts'
import { startVcsim, type Vcsim } from '@berth/testing/vcsim.ts'
import { startAgentProcess } from './testing/agent-process.ts'
import { vmRef } from './vcenter/managed-object.ts'
import { readPropertiesAlong } from './vcenter/read-properties.ts'
import { vcsimUnderTest } from './vcenter/testing/vcsim-under-test.ts'

let vcsim: Vcsim
let vcenter: ReturnType<typeof vcsimUnderTest>
let steps: SiteSteps

beforeAll(async () => {
  vcsim = await startVcsim({ taskDelays: { CloneVm: 1_500 } })
  vcenter = vcsimUnderTest(vcsim)
  steps = await startSiteSteps()
})
afterAll(async () => {
  await steps?.stop()
  await vcenter?.stop()
})

/** The most clones that were in flight at the same time, of these, as vCenter recorded its tasks. */
async function mostAtOnce(templateMoid: string, since: Date): Promise<number> {
  const paths = ['info.startTime', 'info.completeTime']
  const tasks = await readPropertiesAlong(vcsim.access.client, vmRef(templateMoid), 'recentTask', 'Task', paths)
  const times = [...tasks.values()]
    .map((task) => ({ from: new Date(String(task[paths[0]!])), to: new Date(String(task[paths[1]!])) }))
    .filter(({ from }) => from >= since)
  return Math.max(...times.map(({ from }) => times.filter((other) => other.from <= from && other.to > from).length))
}

async function agentsOf(siteId: string) {
  const namespace = testServers.temporalNamespace
  const listed = await steps.client.workflowService.listWorkers({
    namespace,
    query: `TaskQueue = '${siteBuildQueue(siteId)}'`,
  })
  const others = { pollers: [], workersInfo: [] }
  return seenSite({ clones: { pollers: [], ...listed }, others }, new Map(), new Date().toISOString()).agents
}

test.each([
  { what: 'at the vCenter', BERTH_BUILD_SLOTS: '2', BERTH_CLONES_PER_DATASTORE: '8' },
  { what: 'onto the datastore', BERTH_BUILD_SLOTS: '8', BERTH_CLONES_PER_DATASTORE: '2' },
])(
  'two agents of a site share the two clones that may be in flight $what; one that is left has both',
  async ({ what: _, ...bounds }) => {
    const siteId = uniqueSiteId()
    const placement = await vcenter.port.findPlacements(vcsim.rules)
    const start = async () => {
      const agent = startAgentProcess(vcsim, { BERTH_SITE_ID: siteId, ...bounds })
      await agent.saysReady
      return agent
    }
    const leaves = async ({ child, exited }: Awaited<ReturnType<typeof start>>) => {
      child.kill('SIGTERM')
      expect(await exited).toEqual([0, null])
    }
    const clones = async (count: number) => {
      const since = new Date()
      const step = { taskQueue: siteBuildQueue(siteId), heartbeatSeconds: 20, activity: 'cloneVm' }
      await Promise.all(Array.from({ length: count }, () => steps.take({ ...step, argument: aCloneOrder(placement) })))
      return mostAtOnce(placement.templateMoid, since)
    }
    const agents = [await start(), await start()]
    const slots = Number(bounds.BERTH_BUILD_SLOTS) / 2
    const shared = { alive: true, slots: { clones: { used: 0, free: slots } } }
    await until('both to be heard of', async () => (await agentsOf(siteId)).length === 2)
    expect(await agentsOf(siteId)).toMatchObject([shared, shared])

    const heardOf = until('both to be heard of while they clone', async () =>
      (await agentsOf(siteId)).every(({ slots: seen }) => seen !== null && seen.clones.used > 0),
    )
    expect(await clones(8)).toBe(2)
    await heardOf
    await leaves(agents[0]!)
    expect(await clones(6)).toBe(2)
    await leaves(agents[1]!)
  },
)
