import { readBody } from '@berth/agent-worker/vcenter/read-soap.ts'
import type { RunFile } from '@berth/testing/run-file.ts'
import type { VmEvent } from '@berth/testing/invariants.ts'

type Site = Pick<RunFile['sites'][number], 'vcenterUrl' | 'username' | 'password'>

interface VcenterEvent {
  _typeName: string
  key: string
  vm?: { vm?: { value?: string } }
  instanceUuid?: string
}

/** As many as vCenter answers at once: the newest ones. */
const most = 1_000
const types = ['VmInstanceUuidAssignedEvent', 'VmRemovedEvent']

/**
 * What vCenter itself says happened to VMs, oldest first. By the protocol's bare text: the agent never reads events, so
 * its client does not know the call.
 */
export async function vmEvents(site: Site): Promise<VmEvent[]> {
  const login = `<userName>${escaped(site.username)}</userName><password>${escaped(site.password)}</password>`
  const { cookie } = await call(site, 'Login', 'SessionManager', login)
  try {
    const filter = `<filter>${types.map((type) => `<eventTypeId>${type}</eventTypeId>`).join('')}<maxCount>${most}</maxCount></filter>`
    const { value } = await call(site, 'QueryEvents', 'EventManager', filter, cookie)
    return inWordsOfOurs([value['returnval'] ?? []].flat() as VcenterEvent[])
  } finally {
    await call(site, 'Logout', 'SessionManager', '', cookie)
  }
}

/** A removal names only the object; which request it was for, its creation said. */
function inWordsOfOurs(events: VcenterEvent[]): VmEvent[] {
  const uuids = new Map<string, string>()
  return events
    .toSorted((a, b) => Number(a.key) - Number(b.key))
    .flatMap(({ _typeName, vm, instanceUuid }) => {
      const moid = vm?.vm?.value ?? ''
      if (instanceUuid !== undefined) uuids.set(moid, instanceUuid)
      const known = uuids.get(moid)
      if (known === undefined) return []
      return [{ kind: _typeName === 'VmRemovedEvent' ? 'destroyed' : 'created', instanceUuid: known }]
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
