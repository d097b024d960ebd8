import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { errors } from 'oidc-provider'
import type { Provider } from 'oidc-provider'
import { demoUsers } from './demo-users.ts'
import { noticePage, signInPage } from './pages.ts'

/** The provider with the page that asks for username and password. */
export function signInServer(provider: Provider): Server {
  const speakOidc = provider.callback()
  return createServer((request, response) => {
    if (request.url?.startsWith('/interaction/') !== true) return void speakOidc(request, response)
    signIn(provider, request, response).catch((reason: unknown) => explain(reason, response))
  })
}

async function signIn(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { uid } = await provider.interactionDetails(request, response)
  const action = `/interaction/${uid}`
  if (request.method !== 'POST') return send(response, 200, signInPage(action))

  const form = new URLSearchParams(await text(request))
  const username = form.get('username') ?? ''
  const user = demoUsers.find((candidate) => candidate.username === username)
  if (user === undefined || user.password !== form.get('password'))
    return send(response, 401, signInPage(action, username, 'Wrong username or password.'))
  await provider.interactionFinished(
    request,
    response,
    { login: { accountId: user.username } },
    { mergeWithLastSubmission: false },
  )
}

/** A sign-in page can be stale: opened from the history, or after the cookie's hour. */
function explain(reason: unknown, response: ServerResponse): void {
  if (reason instanceof errors.SessionNotFound)
    return send(
      response,
      400,
      noticePage('This page is too old', 'Please go back to the portal and sign in from there.'),
    )
  console.warn(`A sign-in broke off: ${String(reason)}`)
  send(response, 500, noticePage('That did not work', 'Please go back to the portal and try again.'))
}

function send(response: ServerResponse, status: number, page: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  })
  response.end(page)
}
