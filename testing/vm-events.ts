import { readBody } from '@berth/agent-worker/vcenter/read-soap.ts'
import type { VmEvent } from './invariants.ts'
import type { RunFile } from './run-file.ts'

type Site = Pick<RunFile['sites'][number], 'vcenterUrl' | 'username' | 'password'>

/** One entry of vCenter's own event list. */
export interface VcenterEvent {
  _typeName: string
  key: string
  createdTime: string
  vm?: { vm?: { value?: string } }
  instanceUuid?: string
}

/** As many as vCenter answers at once: the newest ones. */
export const mostEventsAtOnce = 1_000

const kinds: Record<string, VmEvent['kind']> = {
  VmInstanceUuidAssignedEvent: 'created',
  VmRemovedEvent: 'destroyed',
  VmPoweredOnEvent: 'poweredOn',
  VmPoweredOffEvent: 'poweredOff',
  VmGuestShutdownEvent: 'poweredOff',
}

/**
 * What vCenter itself says happened to VMs, oldest first. By the protocol's bare text: the agent never reads events, so
 * its client does not know the call.
 */
export async function vmEvents(site: Site): Promise<VmEvent[]> {
  const session = await eventSession(site)
  try {
    return inWordsOfOurs(await session.since())
  } finally {
    await session.end()
  }
}

/** A session of its own at a vCenter, that reads its events. */
export interface EventSession {
  /** About VMs; all that vCenter answers at once, or those from an instant on, in no order. */
  since(createdTime?: string): Promise<VcenterEvent[]>
  end(): Promise<void>
}

export async function eventSession(site: Site): Promise<EventSession> {
  const login = `<userName>${escaped(site.username)}</userName><password>${escaped(site.password)}</password>`
  const { cookie } = await call(site, 'Login', 'SessionManager', login)
  return {
    async since(createdTime) {
      const time = createdTime === undefined ? '' : `<time><beginTime>${createdTime}</beginTime></time>`
      const types = Object.keys(kinds).map((type) => `<eventTypeId>${type}</eventTypeId>`)
      const filter = `<filter>${time}${types.join('')}<maxCount>${mostEventsAtOnce}</maxCount></filter>`
      const { value } = await call(site, 'QueryEvents', 'EventManager', filter, cookie)
      return [value['returnval'] ?? []].flat() as VcenterEvent[]
    },
    end: async () => void (await call(site, 'Logout', 'SessionManager', '', cookie)),
  }
}

/**
 * Power and removal name only the object; which request it was for, its creation said. To whom somebody gave another
 * uuid, it is still there under each that it ever had: the request that it was made for has its VM.
 */
export function inWordsOfOurs(events: readonly VcenterEvent[]): VmEvent[] {
  const uuids = new Map<string, Set<string>>()
  return events
    .toSorted((a, b) => Number(a.key) - Number(b.key))
    .flatMap(({ _typeName, vm, instanceUuid, createdTime: at }) => {
      const moid = vm?.vm?.value ?? ''
      const kind = kinds[_typeName]
      if (kind === undefined) return []
      const its = uuids.get(moid) ?? new Set()
      if (instanceUuid === undefined) return [...its].map((uuid) => ({ kind, instanceUuid: uuid, at }))
      const isNew = !its.has(instanceUuid)
      uuids.set(moid, its.add(instanceUuid))
      return isNew ? [{ kind, instanceUuid, at }] : []
    })
}

async function call(site: Site, method: string, target: string, members: string, cookie = '') {
  const response = await fetch(site.vcenterUrl, {
    method: 'POST',
    headers: { 'content-type': 'text/xml; charset="utf-8"', soapaction: '"urn:vim25/7.0"', cookie },
    body:
      '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>' +
      `<${method} xmlns="urn:vim25"><_this type="${target}">${target}</_this>${members}</${method}>` +
      '</soapenv:Body></soapenv:Envelope>',
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} of ${site.vcenterUrl}: HTTP ${response.status}`)
  return {
    value: readBody(text).value as Record<string, unknown>,
    cookie: response.headers.getSetCookie()[0]?.split(';')[0] ?? '',
  }
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
