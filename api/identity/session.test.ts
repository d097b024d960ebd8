import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startApiWorld, type ApiWorld } from '../testing/api-world.ts'

let world: ApiWorld

beforeAll(async () => {
  const checks = { state: 'a', nonce: 'b', codeVerifier: 'c' }
  world = await startApiWorld({
    temporalAddress: '127.0.0.1:1',
    settings: { publicUrl: 'https://berth.example', issuer: 'https://login.example' },
    oidc: () => ({
      authorizationRequest: () => Promise.resolve({ url: new URL('https://login.example/authorize'), checks }),
      completeLogin: () => Promise.reject(new Error('not in this test')),
      logoutUrl: () => Promise.resolve(undefined),
    }),
  })
})

afterAll(async () => {
  await world?.stop()
})

async function login(headers: Record<string, string>): Promise<IncomingMessage> {
  const asked = request(`${world.origin}/auth/login`, { headers: { host: 'berth.example', ...headers } })
  asked.end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  answer.resume()
  return answer
}

describe('behind TLS', () => {
  test('the session’s cookie is secure and bound to this host', async () => {
    const { headers } = await login({ 'x-forwarded-proto': 'https' })
    expect(headers.location).toBe('https://login.example/authorize')
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(/^__Host-berth=[^;]+; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/),
    ])
    expect(headers['strict-transport-security']).toContain('max-age=')
  })

  test('no cookie goes out over a plain connection', async () => {
    expect((await login({})).headers['set-cookie']).toBeUndefined()
  })
})
