import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { recordVms, type VmRecorder } from './vm-recorder.ts'

interface Happened {
  key: number
  at: string
  type: string
  uuid?: string
}

/** A vCenter's list of events, and no more of it. */
let list: Happened[]
const vcenter = createServer((incoming, outgoing) => {
  let body = ''
  incoming.on('data', (chunk) => (body += String(chunk)))
  incoming.on('end', () => {
    const from = /<beginTime>([^<]+)</.exec(body)?.[1] ?? ''
    const events = body.includes('QueryEvents') ? list.filter(({ at }) => at >= from) : []
    outgoing.setHeader('set-cookie', 'vmware_soap_session="1"; Path=/')
    outgoing.end(answer(/<soapenv:Body><(\w+)/.exec(body)?.[1] ?? '', events))
  })
})

const answer = (method: string, events: readonly Happened[]): string =>
  '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">' +
  `<soapenv:Body><${method}Response xmlns="urn:vim25">${events.map(inXml).join('')}</${method}Response></soapenv:Body></soapenv:Envelope>`

const inXml = ({ key, at, type, uuid }: Happened): string =>
  `<returnval xsi:type="${type}"><key>${key}</key><createdTime>${at}</createdTime>` +
  '<vm><vm type="VirtualMachine">vm-1</vm></vm>' +
  `${uuid === undefined ? '' : `<instanceUuid>${uuid}</instanceUuid>`}</returnval>`

const created = (key: number, at: string, uuid = 'a'): Happened => ({
  ...{ key, at, uuid },
  type: 'VmInstanceUuidAssignedEvent',
})
const poweredOn = (key: number, at: string): Happened => ({ key, at, type: 'VmPoweredOnEvent' })

let recorder: VmRecorder

beforeEach(async () => {
  list = [created(1, '2026-01-01T10:00:00Z')]
  await once(vcenter.listen(0, '127.0.0.1'), 'listening')
  const vcenterUrl = `http://127.0.0.1:${(vcenter.address() as AddressInfo).port}/sdk`
  recorder = recordVms({ id: 'demo', vcenterUrl, username: 'u', password: 'p' })
})
afterEach(async () => {
  await recorder.stop()
  vcenter.closeAllConnections()
  await new Promise((resolve) => vcenter.close(resolve))
})

const kinds = async () => (await recorder.events()).map(({ kind }) => kind)

describe('a recorder of a vCenter’s events', () => {
  test('adds what is new, once', async () => {
    expect(await kinds()).toEqual(['created'])
    list.push(poweredOn(2, '2026-01-01T10:00:00Z'))
    expect(await kinds()).toEqual(['created', 'poweredOn'])
    expect(await kinds()).toEqual(['created', 'poweredOn'])
  })

  test('goes on through an end that was announced: what there was vanished, and is made again', async () => {
    await recorder.beforeItsEnd()
    list = [created(1, '2026-01-01T11:00:00Z')]
    expect(await kinds()).toEqual(['created', 'vanished', 'created'])
  })

  test('knows a VM under every uuid that somebody gave it, and as made once', async () => {
    list.push(
      created(2, '2026-01-01T10:00:01Z', 'b'),
      poweredOn(3, '2026-01-01T10:00:02Z'),
      created(4, '2026-01-01T10:00:03Z', 'a'),
      { key: 5, at: '2026-01-01T10:00:04Z', type: 'VmRemovedEvent' },
    )
    const events = await recorder.events()
    expect(events.map(({ kind, instanceUuid }) => `${kind} ${instanceUuid}`)).toEqual([
      ...['created a', 'created b', 'poweredOn a', 'poweredOn b'],
      ...['destroyed a', 'destroyed b'],
    ])
  })

  test('says that it missed something when the vCenter ended unannounced', async () => {
    await recorder.events()
    list = [created(1, '2026-01-01T11:00:00Z')]
    await expect(recorder.events()).rejects.toThrow(/demo were missed: it ended/)
  })
})
