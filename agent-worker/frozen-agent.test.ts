import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { aCloneOrder } from '@berth/activities/vcenter/testing/a-clone-order.ts'
import { someProgress } from '@berth/activities/vcenter/testing/vcenter-contract.ts'
import { siteBuildQueue, siteQueue } from '@berth/domain/task-queues.ts'
import { startSiteSteps } from '@berth/testing/site-steps.ts'
import type { SiteSteps } from '@berth/testing/site-steps.ts'
import { uniqueSiteId } from '@berth/testing/test-servers.ts'
import { startVcsim } from '@berth/testing/vcsim.ts'
import type { Vcsim } from '@berth/testing/vcsim.ts'
import { startAgentProcess } from './testing/agent-process.ts'
import type { SoapMethod } from './vcenter/element-order.ts'
import { findAllByInstanceUuid } from './vcenter/inventory.ts'
import { startLossyProxy } from './vcenter/testing/lossy-proxy.ts'
import { vcsimUnderTest } from './vcenter/testing/vcsim-under-test.ts'
import { writingMethods } from './vcenter/writing-methods.ts'

const heartbeatSeconds = 4

describe('an agent that stood still while another took its step over', () => {
  let vcsim: Vcsim
  let vcenter: ReturnType<typeof vcsimUnderTest>
  let steps: SiteSteps

  beforeAll(async () => {
    vcsim = await startVcsim()
    vcenter = vcsimUnderTest(vcsim)
    steps = await startSiteSteps()
  })
  afterAll(async () => {
    await steps.stop()
    await vcenter.stop()
  })

  const anOrder = async () => aCloneOrder(await vcenter.port.findPlacements(vcsim.rules))

  /** One agent is stopped when its last look before the write is answered, another does the step, the first is woken. */
  const takeOver = async (
    activity: 'cloneVm' | 'powerOnVm',
    order: Awaited<ReturnType<typeof anOrder>>,
    lastLook: SoapMethod,
    afterwards: () => Promise<void>,
  ) => {
    const siteId = uniqueSiteId()
    const proxy = await startLossyProxy(vcsim.url)
    const frozen = startAgentProcess({ ...vcsim, url: proxy.url }, { BERTH_SITE_ID: siteId, BERTH_LOG_LEVEL: 'debug' })
    await frozen.saysReady
    const hold = proxy.holdNextAnswerOf(lastLook)
    const taskQueue = activity === 'cloneVm' ? siteBuildQueue(siteId) : siteQueue(siteId)
    const taken = steps.take({ taskQueue, activity, argument: order, heartbeatSeconds })
    await hold.reached
    frozen.child.kill('SIGSTOP')
    hold.release()
    const other = startAgentProcess(vcsim, { BERTH_SITE_ID: siteId })
    await taken
    await afterwards()
    other.child.kill('SIGTERM')
    await other.exited
    frozen.child.kill('SIGCONT')
    // It works again, so it has gone on where it stood still.
    const look = { activity: 'findPlacements', argument: vcsim.rules, heartbeatSeconds }
    await steps.take({ taskQueue: siteQueue(siteId), ...look })
    frozen.child.kill('SIGTERM')
    await frozen.exited
    await proxy.stop()
    return proxy.arrived.filter((method) => (writingMethods as readonly string[]).includes(method))
  }

  test('clones nothing, although the VM is gone again and nothing else would stop it', async () => {
    const order = await anOrder()
    const afterwards = () => vcenter.port.destroyVm(order, someProgress())
    expect(await takeOver('cloneVm', order, 'FindAllByUuid', afterwards)).toEqual([])
    expect(await findAllByInstanceUuid(vcsim.access.client, order.requestId)).toEqual([])
  })

  test('powers nothing on that was powered off meanwhile', async () => {
    const order = await anOrder()
    await vcenter.port.cloneVm(order, someProgress())
    const afterwards = async () => void (await vcenter.port.powerOffVm(order, 0, someProgress()))
    expect(await takeOver('powerOnVm', order, 'RetrievePropertiesEx', afterwards)).toEqual([])
    const { vms } = await vcenter.port.listOwnedVms('berth-test', [vcsim.rules.folderPath])
    expect(vms[0]?.poweredOn).toBe(false)
  })
})
