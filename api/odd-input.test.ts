import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { endpoints, type Endpoint } from '@berth/contract/endpoints.ts'
import type { EndpointName } from '@berth/contract/paths.ts'
import { anSshPublicKey } from '@berth/testing/builders.ts'
import { startApiWorld, type ApiWorld } from './testing/api-world.ts'

let world: ApiWorld

beforeAll(async () => {
  world = await startApiWorld({ temporalAddress: '127.0.0.1:1', settings: { requestsPerMinute: 1_000_000 } })
})

afterAll(async () => {
  await world?.stop()
})

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
    right: fc.constant({
      catalogItemId: 'ubuntu-24-04',
      sizeId: 'small',
      leaseSeconds: 60,
      purpose: 'x',
      sshPublicKeys: [anSshPublicKey],
      name: 'vm',
      teamId: 'platform',
      decision: 'approved',
      step: 'clone',
      attempt: 1,
      action: 'retry',
      expiresInSeconds: 60,
    }),
    odd: fc.dictionary(
      fc.constantFrom('catalogItemId', 'leaseSeconds', 'purpose', 'name', 'teamId', 'reason', '__proto__'),
      values,
    ),
  })
  .map(({ right, odd }) => ({ ...right, ...odd }))

const silent: readonly EndpointName[] = ['watchVmRequest', 'watchVmRequests']

describe('whatever is sent', () => {
  const names = (Object.keys(endpoints) as EndpointName[]).filter((name) => !silent.includes(name))
  test.each(names)('%s answers, and never with an error of ours', async (name) => {
    const endpoint: Endpoint = endpoints[name]
    const known = Object.keys(endpoint.body?.shape ?? {})
    const asked = Object.keys(endpoint.query?.shape ?? {})
    const queries =
      asked.length === 0 ? fc.constant({}) : fc.dictionary(fc.constantFrom(...asked), texts, { maxKeys: 2 })
    await fc.assert(
      fc.asyncProperty(bodies, queries, texts, async (body, query, id) => {
        const sent = Object.fromEntries(
          Object.entries(body).filter(([key]) => known.includes(key) || key === '__proto__'),
        )
        const search = new URLSearchParams(query).toString()
        const path = endpoint.path.replace('{id}', encodeURIComponent(wellFormed(id)) || '-')
        const hasBody = endpoint.body !== undefined
        const answer = await world.as('admin').fetch(`/api/v1${path}?${search}`, {
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
