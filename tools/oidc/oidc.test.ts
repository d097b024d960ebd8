import { once } from 'node:events'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import * as openid from 'openid-client'
import { providerFor } from './provider.ts'
import { signInServer } from './sign-in-server.ts'
import type { OidcConfig } from './config.ts'

const portalUrl = 'http://127.0.0.1:1'
const redirectUri = `${portalUrl}/auth/callback`

let config: OidcConfig
let stop: () => Promise<void>

beforeEach(async () => {
  const home = await mkdtemp(join(tmpdir(), 'berth-oidc-'))
  config = { home, port: await freePort(), clientId: 'berth', clientSecret: 'a-secret', portalUrl }
  stop = await start(config)
})

afterEach(async () => {
  await stop()
  await rm(config.home, { recursive: true })
})

describe('signing in', () => {
  test('gives the portal a token with user id, name, e-mail, teams and roles', async () => {
    const browser = new Browser()
    const attempt = await startSignIn(browser)
    const callback = await attempt.submit('approver', 'berth-approver')
    const tokens = await attempt.finish(callback)

    const userInfo = await openid.fetchUserInfo(await discover(), tokens.access_token, 'approver')
    expect(userInfo).toMatchObject({ groups: ['platform'], roles: ['approver'] })
    expect(tokens.claims()).toMatchObject({
      sub: 'approver',
      name: 'Alex Approver',
      email: 'approver@example.test',
      preferred_username: 'approver',
      groups: ['platform'],
      roles: ['approver'],
    })
  })

  test('shows a page with Username, Password and Sign in, and says when they do not fit', async () => {
    const attempt = await startSignIn(new Browser())
    expect(attempt.page).toContain('<label for="username">Username</label>')
    expect(attempt.page).toContain('<label for="password">Password</label>')
    expect(attempt.page).toMatch(/<button type="submit">Sign in<\/button>/)

    const refused = await attempt.send('developer', 'wrong')
    expect(refused.status).toBe(401)
    expect(await refused.text()).toContain('Wrong username or password.')

    const callback = await attempt.submit('developer', 'berth-developer')
    expect((await attempt.finish(callback)).claims()?.sub).toBe('developer')
  })

  test('is refused without PKCE', async () => {
    const client = await discover()
    const url = openid.buildAuthorizationUrl(client, { redirect_uri: redirectUri, scope: 'openid' })
    const answer = await new Browser().get(url)
    expect(answer.headers.get('location')).toMatch(/error=invalid_request/)
  })

  test('is remembered after a restart, with keys that only the owner may read', async () => {
    const browser = new Browser()
    const first = await startSignIn(browser)
    await first.finish(await first.submit('admin', 'berth-admin'))

    await stop()
    stop = await start(config)

    const again = await prepare()
    const answer = await browser.get(again.url)
    const tokens = await again.finish(new URL(answer.headers.get('location') ?? ''))
    expect(tokens.claims()?.sub).toBe('admin')

    const kept = await readdir(join(config.home, 'oidc', 'records'))
    const files = ['secrets.json', ...kept.map((name) => join('records', name))]
    for (const file of files) expect((await stat(join(config.home, 'oidc', file))).mode & 0o077).toBe(0)
  })
})

test('signing out ends the session and returns to the portal', async () => {
  const browser = new Browser()
  const attempt = await startSignIn(browser)
  const tokens = await attempt.finish(await attempt.submit('auditor', 'berth-auditor'))

  const url = openid.buildEndSessionUrl(await discover(), {
    post_logout_redirect_uri: portalUrl,
    id_token_hint: tokens.id_token ?? '',
  })
  const page = await (await browser.get(url)).text()
  const xsrf = /name="xsrf" value="(\w+)"/.exec(page)?.[1] ?? ''
  const action = /action="([^"]+)"/.exec(page)?.[1] ?? ''
  const answer = await browser.post(action, { xsrf, logout: 'yes' })
  expect(answer.headers.get('location')).toBe(`${portalUrl}/`)

  const next = await startSignIn(browser)
  expect(next.page).toContain('Username')
})

async function discover() {
  const options = { execute: [openid.allowInsecureRequests] }
  return openid.discovery(
    new URL(`http://127.0.0.1:${config.port}`),
    config.clientId,
    undefined,
    openid.ClientSecretBasic(config.clientSecret),
    options,
  )
}

/** What the portal does: an address to send the browser to, and the exchange of the code that comes back. */
async function prepare() {
  const client = await discover()
  const pkceCodeVerifier = openid.randomPKCECodeVerifier()
  const expectedState = openid.randomState()
  const url = openid.buildAuthorizationUrl(client, {
    redirect_uri: redirectUri,
    scope: 'openid profile email groups roles',
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
  })
  const finish = (callback: URL) =>
    openid.authorizationCodeGrant(client, callback, { pkceCodeVerifier, expectedState, idTokenExpected: true })
  return { url, finish }
}

async function startSignIn(browser: Browser) {
  const { url, finish } = await prepare()
  const toPage = await browser.get(url)
  const action = toPage.headers.get('location') ?? ''
  const page = await (await browser.get(action)).text()
  const send = (username: string, password: string) => browser.post(action, { username, password })
  const submit = async (username: string, password: string): Promise<URL> => {
    const resume = await send(username, password)
    const callback = await browser.get(resume.headers.get('location') ?? '')
    return new URL(callback.headers.get('location') ?? '')
  }
  return { page, send, submit, finish }
}

/** As much of a browser as a sign-in needs: cookies, and redirects that the test follows itself. */
class Browser {
  readonly #cookies = new Map<string, string>()

  get(path: string | URL) {
    return this.#fetch(path, { method: 'GET' })
  }

  post(path: string, form: Record<string, string>) {
    return this.#fetch(path, { method: 'POST', body: new URLSearchParams(form) })
  }

  async #fetch(path: string | URL, request: RequestInit): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const url = new URL(path, `http://127.0.0.1:${config.port}`)
    const response = await fetch(url, { ...request, redirect: 'manual', headers: { cookie } })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    return response
  }
}

async function start(settings: OidcConfig): Promise<() => Promise<void>> {
  const server = signInServer(providerFor(settings))
  // Without kept connections no request can meet one that the restart has closed.
  server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'))
  await once(server.listen(settings.port, '127.0.0.1'), 'listening')
  return async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}
