import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { endpoints } from '@berth/contract/endpoints.ts'
import type { EndpointName } from '@berth/contract/paths.ts'
import { verifyAudit } from '@berth/database/verify-audit.ts'
import { anSshPublicKey } from '@berth/testing/builders.ts'
import { apiDriver } from '@berth/testing/api-driver.ts'
import { personNames, startApiWorld, type ApiWorld, type PersonName } from './testing/api-world.ts'

let world: ApiWorld
/** The developer's, and never started. */
let requestId: string

beforeAll(async () => {
  world = await startApiWorld({ temporalAddress: '127.0.0.1:1' })
  requestId = (await world.as('developer').call('createVmRequest', { body: wish })).body.id
})

afterAll(async () => {
  await world?.stop()
})

const wish = {
  catalogItemId: 'ubuntu-24-04',
  sizeId: 'medium',
  leaseSeconds: 3_600,
  purpose: 'a test',
  sshPublicKeys: [anSshPublicKey],
}
const everybody = personNames
const withRole = everybody.filter((name) => name !== 'nobody')
const ownId = () => ({ id: requestId })

interface Probe {
  allowed: readonly PersonName[]
  sent?(): object
  /** How everybody else is refused, `notFound` unless they may see it. */
  otherwise?: 'forbidden' | 'malformed'
}

const readers: PersonName[] = ['developer', 'developer2', 'both', 'operator', 'admin', 'auditor']
const seen = new Set<PersonName>(readers)

/** For each endpoint: who gets past the policies. Refused ones change nothing, and actions stop at Temporal being away. */
const probes: Record<EndpointName, Probe> = {
  createVmRequest: {
    allowed: ['both', 'admin', 'developer', 'developer2'],
    sent: () => ({ body: { ...wish, teamId: 'platform' } }),
    otherwise: 'forbidden',
  },
  previewVmRequest: {
    allowed: ['both', 'admin', 'developer', 'developer2'],
    sent: () => ({ body: { ...wish, teamId: 'platform' } }),
    otherwise: 'forbidden',
  },
  listVmRequests: { allowed: everybody },
  watchVmRequests: { allowed: everybody },
  getVmRequest: { allowed: readers, sent: () => ({ params: ownId() }) },
  watchVmRequest: { allowed: readers, sent: () => ({ params: ownId() }) },
  listVmRequestAudit: { allowed: readers, sent: () => ({ params: ownId() }) },
  decideApproval: { allowed: [], sent: () => ({ params: ownId(), body: { decision: 'approved' } }) },
  extendLease: {
    allowed: ['developer', 'operator', 'admin'],
    sent: () => ({ params: ownId(), body: { leaseSeconds: 60 } }),
  },
  releaseVm: { allowed: ['developer', 'operator', 'admin'], sent: () => ({ params: ownId(), body: {} }) },
  restoreVm: { allowed: ['developer'], sent: () => ({ params: ownId(), body: {} }) },
  cancelRequest: { allowed: ['developer', 'operator', 'admin'], sent: () => ({ params: ownId(), body: {} }) },
  operatorDecision: {
    allowed: ['operator', 'admin'],
    sent: () => ({ params: ownId(), body: { step: 'clone', attempt: 1, action: 'retry' } }),
  },
  tryAgain: { allowed: ['operator', 'admin'], sent: () => ({ params: ownId(), body: {} }) },
  getWaiting: { allowed: readers, sent: () => ({ params: ownId() }) },
  listWaiting: { allowed: ['operator', 'admin', 'auditor'], otherwise: 'forbidden' },
  listHoldGroups: { allowed: ['operator', 'admin', 'auditor'], otherwise: 'forbidden' },
  retryHoldGroup: {
    allowed: ['operator', 'admin'],
    sent: () => ({ body: { siteId: 'nowhere', step: 'clone', code: 'datastoreFull' } }),
    otherwise: 'forbidden',
  },
  listCatalogItems: { allowed: withRole, otherwise: 'forbidden' },
  getCatalogItem: { allowed: withRole, sent: () => ({ params: { id: 'ubuntu-24-04' } }), otherwise: 'forbidden' },
  listSites: { allowed: withRole, otherwise: 'forbidden' },
  beginMaintenance: {
    allowed: ['operator', 'admin'],
    sent: () => ({ params: { id: world.siteId }, body: { reason: 'x' } }),
    otherwise: 'forbidden',
  },
  endMaintenance: {
    allowed: ['operator', 'admin'],
    sent: () => ({ params: { id: world.siteId } }),
    otherwise: 'forbidden',
  },
  listApprovals: { allowed: everybody },
  listQuotas: { allowed: everybody },
  listPolicies: { allowed: withRole, otherwise: 'forbidden' },
  listAudit: { allowed: ['operator', 'admin', 'auditor'], otherwise: 'forbidden' },
  getMe: { allowed: everybody },
  listTokens: { allowed: withRole, otherwise: 'forbidden' },
  createToken: { allowed: withRole, sent: () => ({ body: { name: 'x' } }), otherwise: 'forbidden' },
  deleteToken: { allowed: [], sent: () => ({ params: { id: randomUUID() } }) },
  listFindings: { allowed: ['operator', 'admin', 'auditor'], otherwise: 'forbidden' },
  listNotices: { allowed: ['operator', 'admin', 'auditor'], otherwise: 'forbidden' },
  getOpenApi: { allowed: everybody },
}

describe('every endpoint', () => {
  for (const [name, { allowed, sent, otherwise }] of Object.entries(probes) as [EndpointName, Probe][]) {
    test(`${name} is for ${allowed.length === everybody.length ? 'everybody' : allowed.join(', ') || 'none of these'}`, async () => {
      const outcomes = await Promise.all(
        everybody.map(async (person) => [person, await outcomeOf(person, name, sent?.())] as const),
      )
      const able = outcomes.filter(([, outcome]) => outcome === 'allowed').map(([person]) => person)
      expect(able.toSorted()).toEqual([...allowed].toSorted())
      for (const [person, outcome] of outcomes) {
        if (outcome === 'allowed') continue
        const mustBe = otherwise ?? (seen.has(person) && name !== 'deleteToken' ? 'forbidden' : 'notFound')
        const own = name === 'decideApproval' && person === 'developer' ? 'ownRequest' : mustBe
        expect([person, outcome]).toEqual([person, name === 'deleteToken' && person === 'nobody' ? 'forbidden' : own])
      }
    })
  }

  test('wants a valid token, but for its own description', async () => {
    const strangers = [undefined, 'berth_pat_wrong', `berth_pat_${'x'.repeat(43)}`]
    for (const token of strangers) {
      const driver = apiDriver(world.origin, token)
      for (const name of Object.keys(endpoints) as EndpointName[]) {
        if (name === 'getOpenApi') continue
        expect([name, await driver.refusal(name, probes[name].sent?.())]).toMatchObject([
          name,
          { code: 'unauthenticated' },
        ])
      }
    }
    expect((await apiDriver(world.origin, undefined).call('getOpenApi')).body).toMatchObject({ openapi: '3.1.0' })
  })
})

describe('a denial', () => {
  const denials = async () =>
    (await world.as('auditor').call('listAudit', { query: { event: 'denied', by: 'stranger', limit: 200 } })).body.items

  test('is audited with who, what and which, also where its answer hides that there is such a thing', async () => {
    // The probes above may have used up this person's minute.
    const other = await startApiWorld({ temporalAddress: '127.0.0.1:1' })
    try {
      const { id } = (await other.as('developer').call('createVmRequest', { body: wish })).body
      await other.as('stranger').refusal('getVmRequest', { params: { id } })
      await other.as('developer2').refusal('releaseVm', { params: { id }, body: {} })
      await other.as('stranger').refusal('getVmRequest', { params: { id: randomUUID() } })
      const { body } = await other.as('auditor').call('listAudit', { query: { event: 'denied' } })
      expect(body.items.map(({ by, change }) => [by, change])).toEqual([
        ['developer2', { endpoint: 'releaseVm', subject: id, code: 'forbidden', via: 'token' }],
        ['stranger', { endpoint: 'getVmRequest', subject: id, code: 'notFound', via: 'token' }],
      ])
      expect(await verifyAudit(other.database)).toEqual([])
    } finally {
      await other.stop()
    }
  })

  test('a hundred times over does not fill the audit', async () => {
    await Promise.all(
      Array.from({ length: 100 }, () => world.as('stranger').refusal('getVmRequest', { params: ownId() })),
    )
    expect((await denials()).length).toBe(10)
  })
})

/** What a person gets: past the policies is `allowed`, whatever then happens without Temporal. */
async function outcomeOf(person: PersonName, name: EndpointName, sent: object = {}): Promise<string> {
  const { method, path, stream } = endpoints[name] as (typeof endpoints)[EndpointName] & { stream?: true }
  const { params, body } = sent as { params?: { id: string }; body?: object }
  const stop = new AbortController()
  const response = await world.as(person).fetch(`/api/v1${path.replace('{id}', params?.id ?? '')}`, {
    method,
    signal: stop.signal,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  if (response.ok) {
    if (stream) stop.abort()
    else await response.text()
    return 'allowed'
  }
  const { code } = (await response.json()) as { code: string }
  return code === 'temporalUnavailable' || code === 'actionNotAllowed' ? 'allowed' : code
}
