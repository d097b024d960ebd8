import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ApplicationFailure } from '@temporalio/common'
import fc from 'fast-check'
import { endpoints, type Endpoint } from '@berth/contract/endpoints.ts'
import type { EndpointName } from '@berth/contract/paths.ts'
import type { VmRequest } from '@berth/contract/vm-request.ts'
import { anSshPublicKey } from '@berth/testing/builders.ts'
import { startStandInWorker, type StandInWorker } from '@berth/testing/stand-in-worker.ts'
import { startApiWorld, type ApiWorld } from './testing/api-world.ts'

let world: ApiWorld
let worker: StandInWorker

beforeAll(async () => {
  world = await startApiWorld({ settings: { requestsPerMinute: 1_000_000 }, configuration: { quotas: [] } })
  worker = await startStandInWorker(world.database, world.siteId)
})

afterAll(async () => {
  await worker?.stop()
  await world?.stop()
})

let named = 0
const wish = () => ({
  catalogItemId: 'ubuntu-24-04',
  sizeId: 'small',
  leaseSeconds: 60,
  purpose: 'x',
  sshPublicKeys: [anSshPublicKey],
  name: `vm-${++named}`,
  teamId: 'platform',
})

/** Requests at which the acts of people come to effect. */
async function requested(state: VmRequest['state'], changes: object = {}): Promise<string> {
  const { body } = await world.as('developer').call('createVmRequest', { body: { ...wish(), ...changes } })
  await world.as('developer').vmRequestOnce(body.id, (request) => request.state === state)
  return body.id
}
const active = () => requested('active')
const awaitingApproval = () => requested('awaitingApproval', { sizeId: 'medium' })
async function released(): Promise<string> {
  const id = await requested('active', { leaseSeconds: 3_600 })
  await world.as('developer').call('releaseVm', { params: { id }, body: {} })
  await world.as('developer').vmRequestOnce(id, ({ state }) => state === 'released')
  return id
}
async function held(): Promise<string> {
  const { cloneVm } = worker.script
  worker.script.cloneVm = () => Promise.reject(ApplicationFailure.nonRetryable('LocalDS_0', 'datastoreFull'))
  const id = await requested('held')
  worker.script.cloneVm = cloneVm
  return id
}
async function failed(): Promise<string> {
  const id = await held()
  const { body } = await world.as('operator').call('getVmRequest', { params: { id } })
  const abort = { step: 'clone', attempt: body.hold?.attempt ?? 0, action: 'abort' } as const
  await world.as('operator').call('operatorDecision', { params: { id }, body: abort })
  await world.as('operator').vmRequestOnce(id, ({ state }) => state === 'failed')
  return id
}

/** Where an act is right, by whom, and with what. */
const acts = {
  decideApproval: { at: awaitingApproval, by: 'approver', body: { decision: 'declined' } },
  extendLease: { at: active, by: 'developer', body: { leaseSeconds: 60 } },
  releaseVm: { at: active, by: 'developer', body: {} },
  restoreVm: { at: released, by: 'developer', body: {} },
  cancelRequest: { at: awaitingApproval, by: 'developer', body: {} },
  operatorDecision: { at: held, by: 'operator', body: { step: 'clone', attempt: 1, action: 'retry' } },
  tryAgain: { at: failed, by: 'operator', body: {} },
} as const
type Act = keyof typeof acts
const actNames = Object.keys(acts) as Act[]

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1e400',
    '\\',
    '%',
    "'; --",
    '\u0000',
    '\ud800',
    'null',
    'me',
    'active',
    '9'.repeat(400),
  ),
)
const values = fc.oneof(texts, fc.double(), fc.maxSafeInteger(), fc.jsonValue({ maxDepth: 2 }))

/** What is right, with some of it replaced by what is odd. */
const bodies = fc
  .record({
    right: fc.constant(undefined).map(() => ({
      ...wish(),
      decision: 'approved',
      step: 'clone',
      attempt: 1,
      action: 'retry',
      expiresInSeconds: 60,
    })),
    odd: fc.dictionary(
      fc.constantFrom('catalogItemId', 'leaseSeconds', 'purpose', 'name', 'teamId', 'reason', '__proto__'),
      values,
    ),
  })
  .map(({ right, odd }) => ({ ...right, ...odd }))

const silent: readonly EndpointName[] = ['watchVmRequest', 'watchVmRequests']

const unstorable = { 'a NUL': 'a\0b', 'half a character': 'a\ud800b' }

describe.each(Object.entries(unstorable))('a text with %s', (_, odd) => {
  test.each(actNames.filter((name) => name !== 'extendLease'))(
    'does not reach a request by %s, which can be done afterwards',
    async (name) => {
      const { at, by, body } = acts[name]
      const id = await at()
      const refusal = await world.as(by).refusal(name, { params: { id }, body: { ...body, reason: odd } })
      expect(refusal).toMatchObject({
        status: 400,
        issues: [{ path: 'body.reason', message: expect.stringContaining('must not contain') }],
      })
      const done = await world.as(by).call(name, { params: { id }, body: { ...body, reason: '🦀' } })
      expect(done.status).toBe(200)
    },
  )

  test.each([
    ['body.purpose', { purpose: odd }],
    ['body.name', { name: odd }],
    ['body.sshPublicKeys.0', { sshPublicKeys: [`${anSshPublicKey} ${odd}`] }],
  ])('makes no request: %s', async (path, changes) => {
    const body = { ...wish(), ...changes }
    for (const name of ['createVmRequest', 'previewVmRequest'] as const)
      expect(await world.as('developer').refusal(name, { body })).toMatchObject({
        status: 400,
        issues: expect.arrayContaining([{ path, message: expect.stringContaining('must not contain') }]),
      })
  })
})

describe('whatever is sent', () => {
  const names = (Object.keys(endpoints) as EndpointName[]).filter((name) => !silent.includes(name))
  test.each(names)('%s answers, and never with an error of ours', async (name) => {
    const endpoint: Endpoint = endpoints[name]
    const [by, living] = name in acts ? [acts[name as Act].by, await acts[name as Act].at()] : ['admin' as const, '-']
    const ids = fc.oneof(fc.constant(living), texts)
    const known = Object.keys(endpoint.body?.shape ?? {})
    const asked = Object.keys(endpoint.query?.shape ?? {})
    const queries =
      asked.length === 0 ? fc.constant({}) : fc.dictionary(fc.constantFrom(...asked), texts, { maxKeys: 2 })
    await fc.assert(
      fc.asyncProperty(bodies, queries, ids, async (body, query, id) => {
        const sent = Object.fromEntries(
          Object.entries(body).filter(([key]) => known.includes(key) || key === '__proto__'),
        )
        const search = new URLSearchParams(query).toString()
        const path = endpoint.path.replace('{id}', encodeURIComponent(wellFormed(id)) || '-')
        const hasBody = endpoint.body !== undefined
        const answer = await world.as(by).fetch(`/api/v1${path}?${search}`, {
          method: endpoint.method,
          body: hasBody ? JSON.stringify(sent) : null,
          headers: hasBody ? { 'content-type': 'application/json' } : {},
        })
        const text = await answer.text()
        expect([answer.status, text]).not.toEqual([500, expect.anything()])
        expect(Object.keys(endpoint.responses).map(Number).includes(answer.status) || answer.status >= 400).toBe(true)
      }),
      { numRuns: 25 },
    )
  })
})

/** An address cannot hold half a character. */
const wellFormed = (text: string): string => text.toWellFormed().replaceAll('/', '_')
