import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { apiDriver, type ApiDriver } from '@berth/testing/api-driver.ts'
import { startApiWorld, type ApiWorld } from './testing/api-world.ts'

let world: ApiWorld
let developer: ApiDriver

beforeAll(async () => {
  world = await startApiWorld({ temporalAddress: '127.0.0.1:1' })
  developer = world.as('developer')
})

afterAll(async () => {
  await world?.stop()
})

describe('a personal access token', () => {
  test('acts for its holder until it is revoked, and is listed without its secret', async () => {
    const { body: made } = await developer.call('createToken', { body: { name: 'ci', expiresInSeconds: 3_600 } })
    expect(made.token).toMatch(/^berth_pat_[\w-]{43}$/)
    const script = apiDriver(world.origin, made.token)
    expect((await script.call('getMe')).body).toMatchObject({
      userId: 'developer',
      displayName: 'Name of developer',
      roles: ['developer'],
    })

    const { body: list } = await developer.call('listTokens')
    expect(JSON.stringify(list)).not.toContain(made.token)
    expect((await world.as('developer2').refusal('deleteToken', { params: { id: made.id } })).code).toBe('notFound')
    await developer.call('deleteToken', { params: { id: made.id } })
    expect((await script.refusal('getMe')).code).toBe('unauthenticated')
  })

  describe('made with an Idempotency-Key', () => {
    const sent = { body: { name: 'deploy', expiresInSeconds: 3_600 }, idempotencyKey: 'token-1' }

    test('is one, whose secret every repetition is told, and which is stored as a hash', async () => {
      const answers = await Promise.all(Array.from({ length: 5 }, () => developer.call('createToken', sent)))
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 201])
      expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
      const { id, token } = answers[0]!.body
      expect((await apiDriver(world.origin, token).call('getMe')).body.userId).toBe('developer')
      const { body: list } = await developer.call('listTokens')
      expect(list.items.filter(({ name }) => name === 'deploy').map((item) => item.id)).toEqual([id])
      const { rows } = await world.database.pool.query<{ all: string }>(
        `select coalesce((select string_agg(t::text, '') from access_tokens t), '')
           || coalesce((select string_agg(k::text, '') from idempotency_keys k), '')
           || coalesce((select string_agg(a::text, '') from audit_entries a), '') as all`,
      )
      expect(rows[0]!.all).toContain(id)
      expect(rows[0]!.all).not.toContain(token.slice('berth_pat_'.length))
    })

    test('is not made by another body, and another person’s key is another key', async () => {
      const other = { ...sent, body: { ...sent.body, name: 'other' } }
      expect(await developer.refusal('createToken', other)).toMatchObject({ code: 'idempotencyKeyReused', status: 422 })
      const { status, body } = await world.as('developer2').call('createToken', sent)
      const { body: mine } = await developer.call('createToken', sent)
      expect([status, body.token === mine.token]).toEqual([201, false])
    })

    test('does not come back once it is revoked', async () => {
      const { body: made } = await developer.call('createToken', sent)
      await developer.call('deleteToken', { params: { id: made.id } })
      expect(await developer.refusal('createToken', sent)).toMatchObject({ code: 'idempotencyKeySpent', status: 409 })
      expect((await apiDriver(world.origin, made.token).refusal('getMe')).code).toBe('unauthenticated')
    })

    test.each([
      ['is over', 'expires_at = now()'],
      ['is older than an hour', `created_at = created_at - interval '1 hour'`],
      ['has another secret than the server’s key gives now', `token_hash = 'of another key'`],
    ])('is shown no more when it %s', async (what, change) => {
      const once = { ...sent, idempotencyKey: what.replaceAll('’', '') }
      const { body: made } = await developer.call('createToken', once)
      await world.database.pool.query(`update access_tokens set ${change} where id = $1`, [made.id])
      expect((await developer.refusal('createToken', once)).code).toBe('idempotencyKeySpent')
    })
  })

  test('ends at its time', async () => {
    const { body: made } = await developer.call('createToken', { body: { name: 'short', expiresInSeconds: 3_600 } })
    await world.database.pool.query(`update access_tokens set expires_at = now() - interval '1 second' where id = $1`, [
      made.id,
    ])
    expect((await apiDriver(world.origin, made.token).refusal('getMe')).code).toBe('unauthenticated')
  })

  test('has the roles of now, not of when it was made', async () => {
    const { body: made } = await world.as('auditor').call('createToken', { body: { name: 'audit' } })
    await world.database.pool.query(`update users set roles = '{}' where id = 'auditor'`)
    expect((await apiDriver(world.origin, made.token).refusal('listAudit')).code).toBe('forbidden')
    await world.database.pool.query(`update users set roles = '{auditor}' where id = 'auditor'`)
  })

  test('is in no log line', async () => {
    expect(world.logged.join('')).not.toContain('berth_pat_')
    expect(world.logged.join('')).toContain('"endpoint":"createToken"')
  })
})
