import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import express from 'express'
import { pino } from 'pino'
import { startApiWorld, type ApiWorld } from '../testing/api-world.ts'
import { limitCalls } from './limit-calls.ts'
import { problemHandler } from './problem-handler.ts'

let world: ApiWorld

beforeAll(async () => {
  world = await startApiWorld({ temporalAddress: '127.0.0.1:1' })
})

afterAll(async () => {
  await world?.stop()
})

describe('an address', () => {
  test('that calls too often is refused, says when to come again, and does not stop others', async () => {
    await withApp(1, async (call) => {
      expect([(await call('192.0.2.1')).status, (await call('192.0.2.1')).status]).toEqual([200, 200])
      const refused = await call('192.0.2.1')
      expect(refused.status).toBe(429)
      expect(refused.headers.get('content-type')).toContain('application/problem+json')
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(await refused.json()).toMatchObject({ code: 'tooManyRequests' })
      expect((await call('192.0.2.2')).status).toBe(200)
    })
  })

  test('that only the caller states counts for nothing', async () => {
    await withApp(0, async (call) => {
      await call('192.0.2.1')
      await call('192.0.2.2')
      expect((await call('192.0.2.3')).status).toBe(429)
    })
  })

  test.each(['/api/v1/me', '/api/v1/nothing', '/auth/logout'])(
    'is counted at %s before it is known who asks',
    async (path) => {
      const answer = await fetch(`${world.origin}${path}`, {
        headers: { authorization: 'Bearer guessed' },
        redirect: 'manual',
      })
      expect(answer.headers.get('ratelimit-policy')).toContain('"address"')
    },
  )
})

test('a flood from one address costs no database statement', async () => {
  const settings = { callsPerMinuteAndAddress: 1, signInsPerMinuteAndAddress: 1, sessionSecret: 'signs the cookies' }
  const flooded = await startApiWorld({ temporalAddress: '127.0.0.1:1', settings })
  try {
    const statements = jest.spyOn(flooded.database.pool, 'query')
    const connections = jest.spyOn(flooded.database.pool, 'connect')
    const cookie = cookieOf('a session that was', settings.sessionSecret)
    const call = async (path: string) => (await fetch(`${flooded.origin}${path}`, { headers: { cookie } })).status
    expect([await call('/api/v1/me'), await call('/auth/logout')]).toEqual([401, 404])
    expect(statements).toHaveBeenCalledTimes(2)

    jest.clearAllMocks()
    for (const path of ['/api/v1/me', '/api/v1/openapi.json', '/api/v1/nothing', '/auth/login', '/auth/callback'])
      expect([path, await call(path)]).toEqual([path, 429])
    expect([statements.mock.calls, connections.mock.calls]).toEqual([[], []])
  } finally {
    await flooded.stop()
  }
})

/** As a browser sends it: the session of such a call is looked up in the database. */
function cookieOf(sessionId: string, secret: string): string {
  const signature = createHmac('sha256', secret).update(sessionId).digest('base64').replace(/=+$/, '')
  return `berth=${encodeURIComponent(`s:${sessionId}.${signature}`)}`
}

type Call = (forwardedFor: string) => Promise<Response>

/** Two calls in a minute, behind so many trusted proxies. */
async function withApp(trustedProxies: number, use: (call: Call) => Promise<void>): Promise<void> {
  const app = express()
  app.set('trust proxy', trustedProxies)
  app.use(limitCalls('address', 2), (_request, response) => void response.json({}))
  app.use(problemHandler(pino({ level: 'silent' })))
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    await use((forwardedFor) => fetch(origin, { headers: { 'x-forwarded-for': forwardedFor } }))
  } finally {
    server.closeAllConnections()
    server.close()
  }
}
