import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { pino } from 'pino'
import { openDatabase } from '@berth/database/connect.ts'
import { apiDriver } from '@berth/testing/api-driver.ts'
import { createApp, type Api } from './app.ts'
import { isDatabaseAway } from './database-away.ts'
import type { ApiDependencies } from './dependencies.ts'

/** Nobody answers there. */
const database = openDatabase('postgresql://app@127.0.0.1:1/berth')
const server = createServer()
let origin: string
let api: Api

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const settings = {
    publicUrl: origin,
    issuer: 'http://127.0.0.1:1',
    sessionSecret: 'a-session-secret-for-tests-that-is-long',
    sessionSeconds: 60,
    requestsPerMinute: 100,
    heartbeatSeconds: 15,
    trustedProxies: 0,
  }
  const provisioning = { isReachable: () => Promise.resolve(true), settled: () => Promise.resolve() }
  const log = pino({ level: 'silent' })
  const dependencies = { database, settings, provisioning, log } as unknown as ApiDependencies
  api = createApp(dependencies, { onRequestChanged: () => () => undefined, close: () => Promise.resolve() })
  server.on('request', api.app)
})

afterAll(async () => {
  await api.close()
  server.close()
  await database.close()
})

describe('while the database is away', () => {
  test('a call is refused for now, and says when to come again', async () => {
    const response = await fetch(`${origin}/api/v1/me`, {
      headers: { authorization: `Bearer berth_pat_${'x'.repeat(43)}` },
    })
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await apiDriver(origin, `berth_pat_${'x'.repeat(43)}`).refusal('getMe')).toMatchObject({
      code: 'databaseUnavailable',
    })
  })

  test('a session cannot be read, which is no sign-out', async () => {
    const response = await fetch(`${origin}/api/v1/me`, { headers: { cookie: `berth=s%3Aabc.${signature('abc')}` } })
    expect(await response.json()).toMatchObject({ status: 503, code: 'databaseUnavailable' })
  })

  test('readiness says so, and the process lives', async () => {
    const ready = await fetch(`${origin}/readyz`)
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { status: 'notReady', database: 'unavailable', temporal: 'ok' },
    ])
    expect((await fetch(`${origin}/healthz`)).status).toBe(200)
  })

  test('both ways to ask it are understood', async () => {
    const errors = await Promise.all([
      database.pool.query('select 1').catch((error: unknown) => error),
      database.prisma.user.findFirst().catch((error: unknown) => error),
    ])
    expect(errors.map(isDatabaseAway)).toEqual([true, true])
    expect(isDatabaseAway(new Error('something else'))).toBe(false)
  })
})

const signature = (id: string): string =>
  encodeURIComponent(
    createHmac('sha256', 'a-session-secret-for-tests-that-is-long').update(id).digest('base64').replace(/=+$/, ''),
  )
