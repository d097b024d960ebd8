import { Router, type Request, type Response } from 'express'
import type { Logger } from 'pino'
import { Problem } from '../problems.ts'
import { LoginRefused, NotConfigured, ProviderUnavailable, type Claims, type OidcProvider } from './oidc-provider.ts'
import { returnPath } from './return-path.ts'
import { sessionCookieName, type PendingLogin } from './session.ts'
import { signInProblemPage } from './sign-in-problem-page.ts'

export interface LoginDependencies {
  publicUrl: string
  sessionSeconds: number
  oidc: OidcProvider
  /** Stores who came in; answers the user's id. */
  rememberUser(claims: Claims): Promise<string>
  log: Logger
}

const tabs = 5

/** Where the browser signs in and out. These are pages, not part of the REST contract. */
export function loginRoutes(dependencies: LoginDependencies): Router {
  const router = Router()
  router.get('/auth/login', (request, response) => login(dependencies, request, response))
  router.get('/auth/callback', (request, response) => callback(dependencies, request, response))
  router.post('/auth/logout', (request, response) => logout(dependencies, request, response))
  return router
}

async function login({ oidc, publicUrl, log }: LoginDependencies, request: Request, response: Response): Promise<void> {
  // The provider sends the browser back to the public address, so the session's cookie must be set there.
  if (request.get('host') !== new URL(publicUrl).host)
    return response.redirect(302, `${publicUrl}${request.originalUrl}`)
  const returnTo = returnPath(request.query['returnTo'], publicUrl)
  try {
    const { url, checks } = await oidc.authorizationRequest()
    request.session.logins = [...(request.session.logins ?? []), { checks, returnTo }].slice(-tabs)
    await saved(request)
    response.set('Cache-Control', 'no-store').redirect(302, url.href)
  } catch (error) {
    if (!(error instanceof ProviderUnavailable)) throw error
    log.error({ err: error }, 'the identity provider does not answer')
    signInProblemPage(response, 503, 'The sign-in server does not answer', returnTo)
  }
}

async function callback(dependencies: LoginDependencies, request: Request, response: Response): Promise<void> {
  const { oidc, publicUrl, rememberUser, sessionSeconds, log } = dependencies
  const pending = takePending(request)
  if (pending === undefined) return signInProblemPage(response, 400, 'This sign-in is too old', '/')
  try {
    const { claims, idToken } = await oidc.completeLogin(new URL(request.originalUrl, publicUrl), pending.checks)
    const userId = await rememberUser(claims)
    // A new id, so that a session that somebody planted before the login is worth nothing after it.
    await regenerated(request)
    Object.assign(request.session, { userId, idToken, endsAt: Date.now() + sessionSeconds * 1_000 })
    await saved(request)
    response.set('Cache-Control', 'no-store').redirect(303, pending.returnTo)
  } catch (error) {
    if (error instanceof ProviderUnavailable) {
      log.error({ err: error }, 'the identity provider does not answer')
      return signInProblemPage(response, 503, 'The sign-in server does not answer', pending.returnTo)
    }
    if (error instanceof NotConfigured)
      return signInProblemPage(response, 503, 'Berth is still starting', pending.returnTo)
    if (!(error instanceof LoginRefused)) throw error
    log.warn({ err: error }, 'a sign-in was refused')
    await saved(request)
    signInProblemPage(response, 401, 'The sign-in did not succeed', pending.returnTo)
  }
}

/** Each sign-in can be completed once. */
function takePending(request: Request): PendingLogin | undefined {
  const logins = request.session.logins ?? []
  const pending = logins.find(({ checks }) => checks.state === request.query['state'])
  request.session.logins = logins.filter((login) => login !== pending)
  return pending
}

async function logout(
  { oidc, publicUrl, log }: LoginDependencies,
  request: Request,
  response: Response,
): Promise<void> {
  if (request.get('authorization') !== undefined) throw Problem.forbidden('a token has no session to end')
  const { idToken } = request.session
  await ended(request)
  response.clearCookie(sessionCookieName(publicUrl), { path: '/' })
  const atProvider = await oidc.logoutUrl(idToken).catch((error: unknown) => {
    log.warn({ err: error }, 'the identity provider’s own session was not ended')
    return undefined
  })
  const redirectTo = atProvider?.href ?? '/'
  response.set('Cache-Control', 'no-store')
  if (request.accepts(['json', 'html']) === 'html') response.redirect(303, redirectTo)
  else response.json({ redirectTo })
}

const saved = (request: Request) => settled((done) => request.session.save(done))
const regenerated = (request: Request) => settled((done) => request.session.regenerate(done))
const ended = (request: Request) => settled((done) => request.session.destroy(done))

const settled = (act: (done: (error: unknown) => void) => unknown): Promise<void> =>
  new Promise((resolve, reject) =>
    act((error) => {
      if (error instanceof Error) reject(error)
      else resolve()
    }),
  )
