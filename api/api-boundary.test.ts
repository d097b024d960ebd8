import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { EndpointName } from '@berth/contract/paths.ts'
import { anSshPublicKey } from '@berth/testing/builders.ts'
import type { ApiDriver } from '@berth/testing/api-driver.ts'
import { startApiWorld, type ApiWorld } from './testing/api-world.ts'

/** Nobody answers there: what the API does without Temporal is seen here too. */
const nowhere = '127.0.0.1:1'

let world: ApiWorld
let developer: ApiDriver
/** The developer's, and never started. */
let requestId: string

beforeAll(async () => {
  world = await startApiWorld({
    temporalAddress: nowhere,
    configuration: { quotas: [{ teamId: 'other', limits: { vms: 1 } }] },
  })
  developer = world.as('developer')
  requestId = (await developer.call('createVmRequest', { body: wish })).body.id
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
const ownId = () => ({ id: requestId })

describe('what is wrong with a request is said, all of it, and nothing is stored', () => {
  const stored = async () =>
    (await world.database.pool.query('select count(*)::int as n from vm_requests')).rows[0] as unknown

  test.each<[string, object, string[]]>([
    ['nothing', {}, ['body.catalogItemId', 'body.sizeId', 'body.leaseSeconds', 'body.purpose', 'body.sshPublicKeys']],
    ['wrong types', { ...wish, leaseSeconds: '1', purpose: 7 }, ['body.leaseSeconds', 'body.purpose']],
    ['something unknown', { ...wish, cpu: 64, admin: true }, ['body.cpu', 'body.admin']],
    ['a private key', { ...wish, sshPublicKeys: ['-----BEGIN OPENSSH PRIVATE KEY-----'] }, ['body.sshPublicKeys.0']],
    ['a name that is no DNS label', { ...wish, name: 'Not_A_Label' }, ['body.name']],
    ['an unknown item', { ...wish, catalogItemId: 'windows-95' }, ['body.catalogItemId']],
    ['a lease of a million years', { ...wish, leaseSeconds: 9e15 }, ['body.leaseSeconds']],
    [
      'an unknown size and too long a lease',
      { ...wish, sizeId: 'huge', leaseSeconds: 400 * 86_400 },
      ['body.sizeId', 'body.leaseSeconds'],
    ],
    ['a NUL character', { ...wish, purpose: 'a\0b' }, ['body.purpose']],
  ])('%s', async (_, body, paths) => {
    const before = await stored()
    const refusal = await developer.refusal('createVmRequest', { body })
    expect(refusal).toMatchObject({ code: 'malformed', status: 400 })
    expect((refusal as { issues: { path: string }[] }).issues.map(({ path }) => path)).toEqual(paths)
    expect(await stored()).toEqual(before)
  })

  test.each<[EndpointName, object, string]>([
    ['getVmRequest', { params: { id: 'not-a-uuid' } }, 'path.id'],
    ['listVmRequests', { query: { limit: '0' } }, 'query.limit'],
    ['listVmRequests', { query: { state: 'active,odd' } }, 'query.state.1'],
    ['listVmRequests', { query: { cursor: 'odd' } }, 'query.cursor'],
    ['listVmRequests', { query: { colour: 'red' } }, 'query.colour'],
    [
      'listVmRequests',
      { query: { cursor: Buffer.from('2026-01-01T00:00:00.000Z abc').toString('base64url') } },
      'query.cursor',
    ],
    [
      'listVmRequests',
      {
        query: {
          cursor: Buffer.from('0000-01-01T00:00:00.000Z 11111111-1111-4111-8111-111111111111').toString('base64url'),
        },
      },
      'query.cursor',
    ],
    ['listCatalogItems', { query: { cursor: '-1' } }, 'query.cursor'],
    ['listApprovals', { query: { cursor: '99999999999999999999' } }, 'query.cursor'],
    [
      'extendLease',
      { params: { id: '11111111-1111-4111-8111-111111111111' }, body: { leaseSeconds: -1 } },
      'body.leaseSeconds',
    ],
    ['createVmRequest', { body: wish, idempotencyKey: 'k'.repeat(201) }, 'header.Idempotency-Key'],
  ])('%s with %j', async (name, sent, path) => {
    const refusal = await developer.refusal(name, sent)
    expect(refusal).toMatchObject({ code: 'malformed', issues: [{ path }] })
  })

  test('a body that is no JSON, too large, or of another type', async () => {
    const post = (body: string, type = 'application/json') =>
      developer.fetch('/api/v1/vm-requests', { method: 'POST', body, headers: { 'content-type': type } })
    const codeOf = async (answer: Promise<Response>) => ((await (await answer).json()) as { code: string }).code
    expect(await codeOf(post('{'))).toBe('malformed')
    expect(await codeOf(post(JSON.stringify({ purpose: 'x'.repeat(300_000) })))).toBe('tooLarge')
    expect(await codeOf(post('a=1', 'application/x-www-form-urlencoded'))).toBe('unsupportedMediaType')
    expect(await codeOf(post(JSON.stringify(wish), 'application/json; charset=latin1'))).toBe('unsupportedMediaType')
  })

  test('an address or method that does not exist', async () => {
    expect((await (await developer.fetch('/api/v1/vms')).json()) as object).toMatchObject({ code: 'notFound' })
    const deleted = await developer.fetch(`/api/v1/vm-requests/${requestId}`, { method: 'DELETE' })
    expect([deleted.status, deleted.headers.get('allow')]).toEqual([405, 'GET'])
    expect((await developer.fetch('/api/v1/vm-requests/%E0%A4%A')).status).toBe(400)
  })
})

describe('a request is made once', () => {
  test('for one Idempotency-Key, however often it is sent at once', async () => {
    const sent = { body: { ...wish, purpose: 'once' }, idempotencyKey: 'key-1' }
    const answers = await Promise.all(Array.from({ length: 5 }, () => developer.call('createVmRequest', sent)))
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 201])
  })

  test('and the key is not good for another body, but for another person', async () => {
    const key = { idempotencyKey: 'key-2' }
    const { body } = await developer.call('createVmRequest', { body: wish, ...key })
    const refusal = await developer.refusal('createVmRequest', { body: { ...wish, sizeId: 'small' }, ...key })
    expect(refusal).toMatchObject({ code: 'idempotencyKeyReused', status: 422 })
    const other = await world.as('developer2').call('createVmRequest', { body: wish, ...key })
    expect([other.status, other.body.id === body.id]).toEqual([201, false])
  })
})

describe('a refused request', () => {
  test('tells the quota’s arithmetic', async () => {
    const stranger = world.as('stranger')
    await stranger.call('createVmRequest', { body: wish })
    const { body: preview } = await stranger.call('previewVmRequest', { body: wish })
    expect(preview.quota).toContainEqual({ resource: 'vms', used: 1, requested: 1, limit: 1 })
    const refusal = await stranger.refusal('createVmRequest', { body: wish })
    expect(refusal).toMatchObject({ code: 'quotaExceeded', status: 409 })
    expect((refusal as unknown as { arithmetic: object[] }).arithmetic).toContainEqual({
      resource: 'vms',
      used: 1,
      requested: 1,
      limit: 1,
    })
    expect((await stranger.call('listQuotas')).body.items).toMatchObject([
      { teamId: 'other', lines: expect.arrayContaining([{ resource: 'vms', used: 1, limit: 1 }]) },
    ])
  })

  test('names a name that is taken', async () => {
    await developer.call('createVmRequest', { body: { ...wish, name: 'taken' } })
    expect(await developer.refusal('createVmRequest', { body: { ...wish, name: 'taken' } })).toMatchObject({
      code: 'nameTaken',
      status: 409,
    })
  })

  test('asks people in two teams for which one', async () => {
    const refusal = await world.as('both').refusal('createVmRequest', { body: wish })
    expect(refusal).toMatchObject({ code: 'malformed', issues: [{ path: 'body.teamId' }] })
  })
})

describe('while Temporal is away', () => {
  test('requests are taken and wait in the outbox', async () => {
    const { rows } = await world.database.pool.query('select done_at from outbox where request_id = $1', [requestId])
    expect(rows).toEqual([{ done_at: null }])
    expect((await developer.call('getVmRequest', { params: ownId() })).body.state).toBe('validating')
  })

  test('actions are refused for now', async () => {
    const response = await developer.fetch(`/api/v1/vm-requests/${requestId}/cancel`, { method: 'POST' })
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await response.json()).toMatchObject({ code: 'temporalUnavailable' })
  })

  test('whoever asks why a request waits is told that', async () => {
    const waiting = {
      sentence: 'The workflow engine does not answer',
      since: expect.any(String),
      until: 'It answers again; nothing is lost until then',
      asPlanned: false,
    }
    const { body: first } = await developer.call('getWaiting', { params: ownId() })
    expect(first.waiting).toEqual(waiting)
    const { body: again } = await developer.call('getWaiting', { params: ownId() })
    expect(again.waiting?.since).toBe(first.waiting?.since)
    expect((await world.as('operator').call('listWaiting')).status).toBe(200)
  })

  test('readiness says so', async () => {
    const response = await developer.fetch('/readyz')
    expect([response.status, await response.json()]).toEqual([
      200,
      { status: 'degraded', database: 'ok', temporal: 'unavailable' },
    ])
    expect((await developer.fetch('/healthz')).status).toBe(200)
  })
})

describe('lists', () => {
  test('are paged by cursor, latest first, without gaps', async () => {
    const whole = (await world.as('auditor').call('listVmRequests', { query: { limit: 200 } })).body.items.map(
      ({ id }) => id,
    )
    const paged: string[] = []
    let cursor: string | null | undefined
    do {
      const query = cursor === undefined || cursor === null ? { limit: 3 } : { limit: 3, cursor }
      const { body } = await world.as('auditor').call('listVmRequests', { query })
      paged.push(...body.items.map(({ id }) => id))
      cursor = body.nextCursor
    } while (cursor !== null)
    expect(paged).toEqual(whole)
  })

  test('are filtered by state, owner, team, site and text', async () => {
    const found = async (query: object) =>
      (await world.as('auditor').call('listVmRequests', { query })).body.items.length
    expect(await found({ state: 'active' })).toBe(0)
    expect(await found({ team: 'other' })).toBe(1)
    expect(await found({ owner: 'developer', q: 'once' })).toBe(1)
    expect(await found({ site: 'elsewhere' })).toBe(0)
    expect(await found({ q: '100%_' })).toBe(0)
  })
})

test('the audit is searched by any time there is', async () => {
  const found = async (query: object) => (await world.as('auditor').call('listAudit', { query })).body.items.length
  expect(await found({ from: '0000-01-01T00:00:00Z' })).toBeGreaterThan(0)
  expect(await found({ from: '9999-12-31T23:59:59Z' })).toBe(0)
  expect(await found({ to: '2000-01-01T00:00:00Z' })).toBe(0)
  expect(await found({ event: 'requested', by: 'stranger' })).toBe(1)
})

test('a person’s calls are limited, and nobody else’s with them', async () => {
  const limited = await startApiWorld({ temporalAddress: nowhere, settings: { requestsPerMinute: 3 } })
  try {
    const statuses = []
    for (let call = 0; call < 5; call += 1) statuses.push((await limited.as('developer').fetch('/api/v1/me')).status)
    expect(statuses).toEqual([200, 200, 200, 429, 429])
    expect(await limited.as('developer').refusal('getMe')).toMatchObject({ code: 'tooManyRequests' })
    expect((await limited.as('operator').fetch('/api/v1/me')).status).toBe(200)
  } finally {
    await limited.stop()
  }
})
