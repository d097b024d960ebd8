import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { aCloneOrder } from '@berth/activities/vcenter/testing/a-clone-order.ts'
import { someProgress } from '@berth/activities/vcenter/testing/vcenter-contract.ts'
import { startVcsim } from '@berth/testing/vcsim.ts'
import type { Vcsim } from '@berth/testing/vcsim.ts'
import { findAllByInstanceUuid } from './inventory.ts'
import { startLossyProxy } from './testing/lossy-proxy.ts'
import type { LossyProxy } from './testing/lossy-proxy.ts'
import { vcsimUnderTest } from './testing/vcsim-under-test.ts'
import { createVsphereVcenter } from './vsphere-vcenter.ts'
import type { VsphereVcenter } from './vsphere-vcenter.ts'

let vcsim: Vcsim
let byHand: ReturnType<typeof vcsimUnderTest>
let proxy: LossyProxy
let port: VsphereVcenter

beforeAll(async () => {
  vcsim = await startVcsim()
  byHand = vcsimUnderTest(vcsim)
  proxy = await startLossyProxy(vcsim.url)
  const { username, password } = vcsim
  port = createVsphereVcenter({ url: proxy.url, username, password })
})
afterAll(async () => {
  await port.close()
  await proxy.stop()
  await byHand.stop()
})

/** As vCenter answers about what the account lost its rights on: it is not found, and its properties are missing. */
const withoutRights = () => {
  const missing = (path: string) =>
    `<missingSet><path>${path}</path><fault><fault xsi:type="NoPermission">` +
    '<privilegeId>System.Read</privilegeId></fault></fault></missingSet>'
  proxy.changeNext('FindAllByUuid', { answer: (text) => text.replace(/<returnval.*<\/returnval>/s, '') })
  proxy.changeNext('RetrievePropertiesEx', {
    answer: (text) =>
      text.replace(
        /(<objects>\s*<obj[^>]*>[^<]*<\/obj>).*?<\/objects>/s,
        `$1${missing('config.instanceUuid')}</objects>`,
      ),
  })
}

test('a VM that the account may not read any more does not count as gone', async () => {
  const order = aCloneOrder(await byHand.port.findPlacements(vcsim.rules))
  const { moid } = await byHand.port.cloneVm(order, someProgress())
  const { installationId, requestId, vmName, grant } = order
  const known = { installationId, requestId, vmName, grant, moid }
  const held = { code: 'noPermission', message: expect.stringContaining('System.Read') }
  withoutRights()
  await expect(port.powerOffVm(known, 0, someProgress())).rejects.toMatchObject(held)
  withoutRights()
  await expect(port.destroyVm(known, someProgress())).rejects.toMatchObject(held)
  expect(await findAllByInstanceUuid(vcsim.access.client, requestId)).toHaveLength(1)
})
