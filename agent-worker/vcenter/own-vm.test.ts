import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { aCloneOrder } from '@berth/activities/vcenter/testing/a-clone-order.ts'
import { someProgress } from '@berth/activities/vcenter/testing/vcenter-contract.ts'
import { findAllByInstanceUuid } from './inventory.ts'
import { startVcsimBehindProxy, type VcsimBehindProxy } from './testing/vcsim-behind-proxy.ts'

let site: VcsimBehindProxy
let { vcsim, byHand, proxy, port } = {} as VcsimBehindProxy

beforeAll(async () => {
  site = await startVcsimBehindProxy()
  ;({ vcsim, byHand, proxy, port } = site)
})
afterAll(() => site.stop())

const aKnownVm = async () => {
  const order = aCloneOrder(await byHand.port.findPlacements(vcsim.rules))
  const { moid } = await byHand.port.cloneVm(order, someProgress())
  const { installationId, requestId, vmName, grant } = order
  return { installationId, requestId, vmName, grant, moid }
}

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
  const known = await aKnownVm()
  const held = { code: 'noPermission', message: expect.stringContaining('System.Read') }
  withoutRights()
  await expect(port.powerOffVm(known, 0, someProgress())).rejects.toMatchObject(held)
  withoutRights()
  await expect(port.destroyVm(known, someProgress())).rejects.toMatchObject(held)
  expect(await findAllByInstanceUuid(vcsim.access.client, known.requestId)).toHaveLength(1)
})

test.each([
  ['is found by its uuid', false],
  ['is not', true],
])('a VM whose configuration vCenter cannot read now, and that %s, is tried again', async (_, isLost) => {
  const known = await aKnownVm()
  const withoutConfiguration = () => {
    if (isLost) proxy.changeNext('FindAllByUuid', { answer: (text) => text.replace(/<returnval.*<\/returnval>/s, '') })
    proxy.changeNext('RetrievePropertiesEx', {
      answer: (text) => text.replace(/<propSet><name>config\..*?<\/propSet>/gs, ''),
    })
  }
  const later = { code: 'vcenterError', message: expect.stringContaining('no configuration') }
  withoutConfiguration()
  await expect(port.powerOffVm(known, 0, someProgress())).rejects.toMatchObject(later)
  withoutConfiguration()
  await expect(port.destroyVm(known, someProgress())).rejects.toMatchObject(later)
  await port.destroyVm(known, someProgress())
  expect(await findAllByInstanceUuid(vcsim.access.client, known.requestId)).toEqual([])
})
