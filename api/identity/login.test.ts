import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startApiWorld, type ApiWorld } from '../testing/api-world.ts'
import { Browser } from '../testing/browser.ts'
import { oidcProvider } from './oidc-provider.ts'

/** The demo's provider, as a process of its own: any OpenID provider does. */
const providerProgram = fileURLToPath(new URL('../../tools/oidc/main.ts', import.meta.url))
const client = { clientId: 'berth', clientSecret: 'a-client-secret' }

let world: ApiWorld
let provider: ChildProcess
let home: string
let issuer: string
let beforeProvider: Response

beforeAll(async () => {
  const port = await freePort()
  issuer = `http://127.0.0.1:${port}`
  world = await startApiWorld({
    settings: { issuer },
    temporalAddress: '127.0.0.1:1',
    oidc: (origin) =>
      oidcProvider({
        ...client,
        issuer,
        scopes: 'openid profile email',
        redirectUri: `${origin}/auth/callback`,
        afterLogoutUri: `${origin}/`,
      }),
  })
  beforeProvider = await fetch(`${world.origin}/auth/login`, { redirect: 'manual' })
  home = await mkdtemp(join(tmpdir(), 'berth-login-'))
  provider = await startProvider(port)
})

afterAll(async () => {
  if (provider?.exitCode === null) {
    provider.kill()
    await once(provider, 'exit')
  }
  await world?.stop()
  await rm(home, { recursive: true, force: true })
})

describe('signing in', () => {
  test('waits for a provider that starts later', async () => {
    expect(beforeProvider.status).toBe(503)
    expect(await beforeProvider.text()).toContain('The sign-in server does not answer')
  })

  test('brings the browser back to where it wanted to go, with a session and the roles of its claims', async () => {
    const browser = new Browser(world.origin)
    const arrived = await signIn(browser, 'approver', '/approvals?tab=open')
    expect(arrived).toBe('/approvals?tab=open')
    expect(await me(browser)).toEqual({
      userId: 'approver',
      displayName: 'Alex Approver',
      email: 'approver@example.test',
      roles: ['approver'],
      teams: [{ id: 'platform', name: 'platform' }],
      sshPublicKeys: [],
    })
  })

  test('sets a cookie that scripts cannot read and other sites do not send', async () => {
    const browser = new Browser(world.origin)
    await signIn(browser, 'developer')
    expect(browser.lastSetCookie('berth')).toMatch(/^berth=.*; Path=\/; Expires=.*; HttpOnly; SameSite=Lax$/)
  })

  test('gives the session a new id', async () => {
    const browser = new Browser(world.origin)
    await browser.get(`${world.origin}/auth/login`)
    const before = browser.cookie('berth')
    await signIn(browser, 'developer')
    expect(browser.cookie('berth')).not.toBe(before)
    const planted = new Browser(world.origin)
    planted.plant('berth', before ?? '')
    expect(await statusOfMe(planted)).toBe(401)
  })

  test('cannot be completed twice, with another state, or in another browser', async () => {
    const browser = new Browser(world.origin)
    const callback = await callbackOf(browser, 'developer')
    const forged = new URL(callback)
    forged.searchParams.set('state', 'another')
    expect((await browser.get(forged.href)).status).toBe(400)
    expect((await new Browser(world.origin).get(callback.href)).status).toBe(400)
    expect((await browser.get(callback.href)).status).toBe(303)
    expect((await browser.get(callback.href)).status).toBe(400)
  })

  test('refuses a code that the provider never gave', async () => {
    const browser = new Browser(world.origin)
    const callback = await callbackOf(browser, 'developer')
    callback.searchParams.set('code', 'forged')
    const answer = await browser.get(callback.href)
    expect(answer.status).toBe(401)
    expect(await answer.text()).toContain('Sign in again')
    expect(await statusOfMe(browser)).toBe(401)
  })

  test('starts at the public address, where the cookie belongs', async () => {
    const { port } = new URL(world.origin)
    const answer = await fetch(`http://localhost:${port}/auth/login?returnTo=/sites`, { redirect: 'manual' })
    expect(answer.headers.get('location')).toBe(`${world.origin}/auth/login?returnTo=/sites`)
  })
})

describe('a session', () => {
  test('takes away at once what a role gave', async () => {
    const browser = new Browser(world.origin)
    await signIn(browser, 'operator')
    expect((await browser.get('/api/v1/audit')).status).toBe(200)
    await world.database.pool.query(`update users set roles = '{}' where id = 'operator'`)
    expect((await browser.get('/api/v1/audit')).status).toBe(403)
  })

  test('ends at its time, used or not', async () => {
    const browser = new Browser(world.origin)
    await signIn(browser, 'developer2')
    await world.database.pool.query(
      `update session set sess = jsonb_set(sess::jsonb, '{endsAt}', '1')::json where sess ->> 'userId' = 'developer2'`,
    )
    expect(await statusOfMe(browser)).toBe(401)
  })

  test('ends here and at the provider by signing out', async () => {
    const browser = new Browser(world.origin)
    await signIn(browser, 'auditor')
    const stolen = new Browser(world.origin)
    stolen.plant('berth', browser.cookie('berth') ?? '')
    expect(await statusOfMe(stolen)).toBe(200)

    const answer = await browser.post('/auth/logout', { accept: 'application/json' })
    const { redirectTo } = (await answer.json()) as { redirectTo: string }
    expect(redirectTo).toContain(`${issuer}/session/end?`)
    expect(redirectTo).toContain(encodeURIComponent(`${world.origin}/`))
    expect([await statusOfMe(browser), await statusOfMe(stolen)]).toEqual([401, 401])
  })

  test('is ended by the portal’s form too, which the browser follows to the provider', async () => {
    const browser = new Browser(world.origin)
    await signIn(browser, 'auditor')
    const answer = await browser.post('/auth/logout', { accept: 'text/html' })
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      expect.stringContaining(`${issuer}/session/end?`),
    ])
    expect(await statusOfMe(browser)).toBe(401)
  })

  test('is in no log line, nor are codes and secrets of a sign-in', async () => {
    const browser = new Browser(world.origin)
    const callback = await callbackOf(browser, 'developer')
    await browser.get(callback.href)
    const secrets = [
      callback.searchParams.get('code'),
      decodeURIComponent(browser.cookie('berth') ?? ''),
      client.clientSecret,
    ]
    for (const secret of secrets) expect(world.logged.join('')).not.toContain(secret)
  })
})

describe('a page of another site', () => {
  const forgeries: [string, Record<string, string>][] = [
    ['says nothing of where it comes from', {}],
    ['has another origin', { origin: 'https://evil.example' }],
    ['has no origin', { origin: 'null' }],
    ['is told apart by the browser', { 'sec-fetch-site': 'cross-site' }],
    ['is of another port of this host', { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:1' }],
    ['is a neighbour that the browser calls same-site', { 'sec-fetch-site': 'same-site' }],
    ['opens a link or a bookmark', { 'sec-fetch-site': 'none' }],
    ['mixes a right header with a wrong one', { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' }],
  ]

  test.each(forgeries)('that %s changes nothing with a session', async (_, headers) => {
    const browser = new Browser(world.origin)
    await signIn(browser, 'developer')
    const send = (path: string, body: string | null) =>
      browser.send(path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })
    for (const [path, body] of [
      ['/api/v1/tokens', '{"name":"forged"}'],
      ['/auth/logout', null],
    ] as const) {
      const answer = await send(path, body)
      expect([path, answer.status, await answer.json()]).toMatchObject([path, 403, { code: 'forbidden' }])
    }
    expect(await statusOfMe(browser)).toBe(200)
  })

  test('is told apart from the portal’s own pages', async () => {
    const browser = new Browser(world.origin)
    await signIn(browser, 'developer')
    for (const headers of [{ origin: world.origin }, { 'sec-fetch-site': 'same-origin' }] as Record<string, string>[]) {
      const answer = await browser.send('/api/v1/tokens', {
        method: 'POST',
        body: '{"name":"own"}',
        headers: { 'content-type': 'application/json', ...headers },
      })
      expect(answer.status).toBe(201)
    }
  })
})

const me = async (browser: Browser): Promise<unknown> => (await browser.get('/api/v1/me')).json()
const statusOfMe = async (browser: Browser): Promise<number> => (await browser.get('/api/v1/me')).status

/** Through the provider's page, up to the address that it sends the browser back to. */
async function callbackOf(browser: Browser, username: string, returnTo = '/'): Promise<URL> {
  const toProvider = await browser.get(`/auth/login?returnTo=${encodeURIComponent(returnTo)}`)
  const toPage = await browser.get(toProvider.headers.get('location') ?? '')
  const page = new URL(toPage.headers.get('location') ?? '', issuer).href
  await browser.get(page)
  const resume = await browser.send(page, {
    method: 'POST',
    body: new URLSearchParams({ username, password: `berth-${username}` }),
  })
  const back = await browser.get(new URL(resume.headers.get('location') ?? '', issuer).href)
  return new URL(back.headers.get('location') ?? '')
}

async function signIn(browser: Browser, username: string, returnTo = '/'): Promise<string | null> {
  const callback = await callbackOf(browser, username, returnTo)
  return (await browser.get(callback.href)).headers.get('location')
}

async function startProvider(port: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, [providerProgram], {
    env: {
      BERTH_HOME: home,
      BERTH_OIDC_PORT: String(port),
      BERTH_OIDC_CLIENT_ID: client.clientId,
      BERTH_OIDC_CLIENT_SECRET: client.clientSecret,
      BERTH_PUBLIC_URL: world.origin,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout })) if (line === 'oidc ready') return child
  throw new Error('the provider did not start')
}

async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}
