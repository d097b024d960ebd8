import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { until } from '@berth/testing/until.ts'
import type { Fault } from '../fault.ts'
import { vcenterProxy, type VcenterProxy } from './vcenter-proxy.ts'

const answer = `<returnval>${'x'.repeat(400)}</returnval>`
const heard: string[] = []
const killed: string[] = []
const vcenter = createServer((incoming, outgoing) => {
  let body = ''
  incoming.on('data', (chunk) => (body += String(chunk)))
  incoming.on('end', () => {
    heard.push(body)
    outgoing.end(answer)
  })
})
let fault: Fault | undefined
let proxy: VcenterProxy

beforeEach(async () => {
  ;[heard.length, killed.length, fault] = [0, 0, undefined]
  await once(vcenter.listen(0, '127.0.0.1'), 'listening')
  proxy = await vcenterProxy(`http://127.0.0.1:${(vcenter.address() as AddressInfo).port}/sdk`, 'agent-demo', {
    faultFor: () => fault,
    statements: () => [],
    kill: async (victim) => killed.push(`${victim} when vCenter had heard ${heard.length}`) > 0,
  })
})

afterEach(async () => {
  await proxy.stop()
  vcenter.closeAllConnections()
  await new Promise((resolve) => vcenter.close(resolve))
})

const body = '<soapenv:Envelope><soapenv:Body><CloneVM_Task xmlns="urn:vim25"><_this type="VirtualMachine">vm-7</_this>'

/** What the agent gets: a status and a body, or nothing. */
async function call(): Promise<string> {
  try {
    const response = await fetch(proxy.url, { method: 'POST', body })
    return `${response.status} ${await response.text()}`
  } catch {
    return 'nothing'
  }
}

describe('a proxy before a vCenter', () => {
  test('lets calls through and keeps a trace of who called what', async () => {
    expect(await call()).toBe(`200 ${answer}`)
    expect(heard).toEqual([body])
    expect(proxy.trace()).toEqual([
      { at: expect.any(Number), by: 'agent-demo', method: 'CloneVM_Task', target: 'vm-7', status: 200 },
    ])
  })

  test.each<[Fault, string, number]>([
    [{ kind: 'refuse' }, 'nothing', 0],
    [{ kind: 'busy' }, '503 <html>busy</html>', 0],
    [{ kind: 'loseAnswer' }, 'nothing', 1],
    [{ kind: 'cutAnswer' }, 'nothing', 1],
    [{ kind: 'delay', seconds: 0.01 }, `200 ${answer}`, 1],
    [{ kind: 'twice' }, `200 ${answer}`, 2],
    [{ kind: 'kill', victim: 'agent-demo', when: 'before' }, 'nothing', 0],
    [{ kind: 'kill', victim: 'workers', when: 'before' }, `200 ${answer}`, 1],
    [{ kind: 'kill', victim: 'workers', when: 'after' }, `200 ${answer}`, 1],
  ])('%j: the agent gets %s', async (what, got, times) => {
    fault = what
    expect(await call()).toBe(got)
    expect(heard).toHaveLength(times)
    const when = what.kind === 'kill' && what.when === 'after' ? 1 : 0
    expect(killed).toEqual(what.kind === 'kill' ? [`${what.victim} when vCenter had heard ${when}`] : [])
  })

  test('refuses as vCenter does', async () => {
    fault = { kind: 'vcenterFault', type: 'NotAuthenticated' }
    expect(await call()).toMatch(/^500 .*<NotAuthenticatedFault .*xsi:type="NotAuthenticated">/)
    expect(heard).toHaveLength(0)
  })

  test('delivers a call after its caller has given it up', async () => {
    fault = { kind: 'late', seconds: 0.2 }
    expect(await call()).toBe('nothing')
    expect(heard).toHaveLength(0)
    await until('the call', async () => heard.length === 1)
  })

  test('spoils an answer', async () => {
    fault = { kind: 'corruptAnswer' }
    expect(await call()).toMatch(/^200 <returnval>x+\?+$/)
  })

  test('is as a vCenter that is away, and comes back', async () => {
    proxy.cut()
    expect(await call()).toBe('nothing')
    proxy.mend()
    expect(await call()).toBe(`200 ${answer}`)
    expect(heard).toHaveLength(1)
  })
})
