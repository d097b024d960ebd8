import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { aCloneOrder } from '@berth/activities/vcenter/testing/a-clone-order.ts'
import { siteBuildQueue, siteQueue } from '@berth/domain/task-queues.ts'
import { startSiteSteps } from '@berth/testing/site-steps.ts'
import type { SiteSteps } from '@berth/testing/site-steps.ts'
import { uniqueSiteId } from '@berth/testing/test-servers.ts'
import { startVcsim } from '@berth/testing/vcsim.ts'
import type { Vcsim } from '@berth/testing/vcsim.ts'
import { startAgentProcess } from './testing/agent-process.ts'
import { findAllByInstanceUuid } from './vcenter/inventory.ts'
import { startLossyProxy } from './vcenter/testing/lossy-proxy.ts'
import { vcsimUnderTest } from './vcenter/testing/vcsim-under-test.ts'

const heartbeatSeconds = 20

describe('agents that are restarted one after another', () => {
  let vcsim: Vcsim
  let vcenter: ReturnType<typeof vcsimUnderTest>
  let steps: SiteSteps

  beforeAll(async () => {
    vcsim = await startVcsim({ taskDelays: { CloneVm: 4_000 } })
    vcenter = vcsimUnderTest(vcsim)
    steps = await startSiteSteps()
  })
  afterAll(async () => {
    await steps.stop()
    await vcenter.stop()
  })

  test('hand on the clone under way and the wait for an address; nothing is stuck or made twice', async () => {
    const siteId = uniqueSiteId()
    const proxy = await startLossyProxy(vcsim.url)
    const start = async () => {
      const agent = startAgentProcess({ ...vcsim, url: proxy.url }, { BERTH_SITE_ID: siteId })
      await agent.saysReady
      return agent
    }
    const leaves = async ({ child, exited }: Awaited<ReturnType<typeof start>>) => {
      child.kill('SIGTERM')
      expect(await exited).toEqual([0, null])
    }
    const order = aCloneOrder(await vcenter.port.findPlacements(vcsim.rules))
    const first = await start()
    const begun = proxy.holdNextAnswerOf('CloneVM_Task')
    const site = { taskQueue: siteQueue(siteId), heartbeatSeconds }
    const clone = steps.take({ ...site, taskQueue: siteBuildQueue(siteId), activity: 'cloneVm', argument: order })
    await begun.reached
    begun.release()
    const second = await start()
    await leaves(first)
    await clone
    expect(proxy.arrived.filter((method) => method === 'CloneVM_Task')).toHaveLength(1)
    expect(await findAllByInstanceUuid(vcsim.access.client, order.requestId)).toHaveLength(1)

    await steps.take({ ...site, activity: 'powerOnVm', argument: order })
    const rules = { allow: [], ignore: [], settleSeconds: 0, timeoutSeconds: 60 }
    const address = steps.take({ ...site, activity: 'waitForIp', argument: { vm: order, rules } })
    const third = await start()
    await leaves(second)
    await vcenter.reportAddress(order.requestId, '10.9.8.7')
    expect(await address).toBe('10.9.8.7')
    await leaves(third)
    await proxy.stop()
  })
})
