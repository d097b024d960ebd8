import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startVcsim } from '@berth/testing/vcsim.ts'
import type { Vcsim } from '@berth/testing/vcsim.ts'
import type { SoapMethod } from './element-order.ts'
import { vmRef } from './managed-object.ts'
import { readPropertiesBelow, readProperty } from './read-properties.ts'
import { NotSent } from './send-if-allowed.ts'
import { createSoapClient } from './soap-client.ts'
import type { SoapClient } from './soap-client.ts'
import { startLossyProxy } from './testing/lossy-proxy.ts'
import { writingMethods } from './writing-methods.ts'

describe('the SOAP client', () => {
  let vcsim: Vcsim
  let calls: SoapMethod[]
  let client: SoapClient

  beforeAll(async () => {
    vcsim = await startVcsim()
    const { url, username, password } = vcsim
    calls = []
    client = createSoapClient({ url, username, password, onCall: (method) => calls.push(method) })
  })
  afterAll(async () => {
    await client.close()
    await vcsim.stop()
  })

  const countOf = (method: SoapMethod) => calls.filter((call) => call === method).length

  /** As an administrator does who ends a session in vCenter. */
  const endSession = async () => {
    const { sessionManager } = await vcsim.access.client.serviceContent()
    const mine = await readProperty(client, sessionManager, 'currentSession')
    await vcsim.access.client.call('TerminateSession', sessionManager, { sessionId: [(mine as { key: string }).key] })
  }

  const currentTime = () => client.call<string>('CurrentTime', { type: 'ServiceInstance', value: 'ServiceInstance' })

  test('logs in once, however many calls come first', async () => {
    await Promise.all([currentTime(), currentTime(), currentTime()])
    expect(countOf('Login')).toBe(1)
  })

  test('logs in again when vCenter has ended the session, and repeats the calls', async () => {
    const before = countOf('Login')
    await endSession()
    const { rootFolder } = await client.serviceContent()
    const names = await Promise.all([1, 2, 3].map(() => readProperty(client, rootFolder, 'name')))
    expect(names).toEqual(['Datacenters', 'Datacenters', 'Datacenters'])
    expect(countOf('Login')).toBe(before + 1)
    await endSession()
    await expect(
      client.call('FindByInventoryPath', (await client.serviceContent()).searchIndex, { inventoryPath: 'DC0/vm' }),
    ).resolves.toMatchObject({ type: 'Folder' })
    expect(countOf('Login')).toBe(before + 2)
  })

  test('sends nothing whose permit has grown old, and goes on with the next call', async () => {
    const proxy = await startLossyProxy(vcsim.url)
    const { username, password } = vcsim
    const guarded = createSoapClient({ url: proxy.url, username, password, writesNeedPermit: true })
    const template = vmRef('vm-none')
    await expect(guarded.call('PowerOnVM_Task', template, {}, { maySend: () => false })).rejects.toThrow(NotSent)
    expect(proxy.arrived).not.toContain('PowerOnVM_Task')
    await expect(guarded.call('PowerOnVM_Task', template, {}, { maySend: () => true })).rejects.toMatchObject({
      faultType: 'ManagedObjectNotFound',
    })
    expect(proxy.arrived).toContain('PowerOnVM_Task')
    await guarded.close()
    await proxy.stop()
  })

  test('asks for the permit when the request’s turn has come, not when it is made', async () => {
    const proxy = await startLossyProxy(vcsim.url)
    const { username, password } = vcsim
    const guarded = createSoapClient({ url: proxy.url, username, password })
    const hold = proxy.holdNextAnswerOf('Login')
    let asked = false
    const call = guarded.call('PowerOnVM_Task', vmRef('vm-none'), {}, { maySend: () => !(asked = true) })
    const outcome = expect(call).rejects.toThrow(NotSent)
    await hold.reached
    expect(asked).toBe(false)
    hold.release()
    await outcome
    await guarded.close()
    await proxy.stop()
  })

  test('refuses a write without a permit, if writes need one', async () => {
    const { url, username, password } = vcsim
    const guarded = createSoapClient({ url, username, password, writesNeedPermit: true })
    for (const method of writingMethods) {
      await expect(guarded.call(method, vmRef('vm-none'))).rejects.toThrow(`${method} needs a permit`)
    }
    await guarded.close()
  })

  describe('whose login is refused', () => {
    const refused = { faultType: 'InvalidLogin' }
    const seconds = (count: number) => count * 1_000

    /** With a clock that the test moves, and a proxy that counts. */
    const aClient = async () => {
      const proxy = await startLossyProxy(vcsim.url)
      const clock = { now: 0 }
      const { username, password } = vcsim
      const own = createSoapClient({ url: proxy.url, username, password, now: () => clock.now })
      const isAsked = () => own.call('CurrentTime', { type: 'ServiceInstance', value: 'ServiceInstance' })
      const refuseNext = () =>
        proxy.changeNext('Login', { request: (text) => text.replace(/<password>[^<]*/, '<password>wrong') })
      const stop = async () => {
        await own.close()
        await proxy.stop()
      }
      return { proxy, clock, isAsked, refuseNext, stop }
    }

    test('says so to every call, and tries again only when that cannot lock the account', async () => {
      const { proxy, clock, isAsked, refuseNext, stop } = await aClient()
      refuseNext()
      await Promise.all([1, 2, 3].map(() => expect(isAsked()).rejects.toMatchObject(refused)))
      clock.now += seconds(179)
      await expect(isAsked()).rejects.toMatchObject(refused)
      expect(proxy.arrived).toEqual(['RetrieveServiceContent', 'Login'])
      refuseNext()
      clock.now += seconds(1)
      await expect(isAsked()).rejects.toMatchObject(refused)
      clock.now += seconds(179)
      await expect(isAsked()).rejects.toMatchObject(refused)
      expect(proxy.arrived.filter((method) => method === 'Login')).toHaveLength(2)
      await stop()
    })

    test('logs in by itself once vCenter accepts it', async () => {
      const { clock, isAsked, refuseNext, stop } = await aClient()
      refuseNext()
      await expect(isAsked()).rejects.toMatchObject(refused)
      clock.now += seconds(180)
      await expect(isAsked()).resolves.toBeDefined()
      await stop()
    })
  })

  test('tells a server that is not there, and one that does not speak SOAP', async () => {
    const nobody = createSoapClient({ url: 'http://127.0.0.1:9/sdk', username: 'u', password: 'p' })
    await expect(nobody.serviceContent()).rejects.toMatchObject({ name: 'VcenterUnreachable' })
    await nobody.close()
    const proxy = await startLossyProxy(vcsim.url)
    const { username, password } = vcsim
    const behind = createSoapClient({ url: proxy.url, username, password })
    proxy.refuseNext('RetrieveServiceContent')
    await expect(behind.serviceContent()).rejects.toThrow('HTTP 503 without a SOAP answer')
    await expect(behind.serviceContent()).resolves.toBeDefined()
    await behind.close()
    await proxy.stop()
  })

  test('reads what is below a folder page by page', async () => {
    const { rootFolder } = await client.serviceContent()
    const types = { Folder: ['name'], VirtualMachine: ['name'], Datacenter: ['name'] }
    const whole = await readPropertiesBelow(client, [rootFolder], types)
    const before = countOf('ContinueRetrievePropertiesEx')
    const paged = await readPropertiesBelow(client, [rootFolder], types, { pageSize: 2 })
    expect([...whole.values()].map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Datacenters', 'DC0', 'vm', 'berth', 'ubuntu-24-04']),
    )
    expect(paged).toEqual(whole)
    expect(countOf('ContinueRetrievePropertiesEx') - before).toBe(Math.ceil(whole.size / 2) - 1)
  })
})
