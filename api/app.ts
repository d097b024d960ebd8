import express, { type Express, type Request } from 'express'
import { openApiDocument } from '@berth/contract/openapi.ts'
import { basePath } from '@berth/contract/paths.ts'
import type { Changes } from '@berth/database/changes.ts'
import { currentConfiguration } from '@berth/database/current-configuration.ts'
import { recordLogin } from '@berth/database/users.ts'
import type { ApiDependencies } from './dependencies.ts'
import { requestFeed } from './events/request-feed.ts'
import type { Streams } from './events/watch-requests.ts'
import { auditDenials } from './http/audit-denials.ts'
import { endpointRouter, type Handlers } from './http/endpoint-router.ts'
import { healthRoutes } from './http/health-routes.ts'
import { limitCalls } from './http/limit-calls.ts'
import { apiMetrics } from './http/metrics.ts'
import { portalFiles } from './http/portal-files.ts'
import { problemHandler } from './http/problem-handler.ts'
import { requestLog } from './http/request-log.ts'
import { securityHeaders } from './http/security-headers.ts'
import { authenticate } from './identity/authenticate.ts'
import { loginRoutes } from './identity/login-routes.ts'
import { NotConfigured, type Claims } from './identity/oidc-provider.ts'
import { sameOriginOnly } from './identity/same-origin.ts'
import { sessions } from './identity/session.ts'
import { userFromClaims } from './identity/user-from-claims.ts'
import { Problem } from './problems.ts'
import { approvalRoutes } from './routes/approvals.ts'
import { catalogRoutes } from './routes/catalog.ts'
import { creationRoutes } from './routes/create-vm-request.ts'
import { holdGroupRoutes } from './routes/hold-groups.ts'
import { meRoutes } from './routes/me.ts'
import { operationRoutes } from './routes/operations.ts'
import { siteRoutes } from './routes/sites.ts'
import { tokenRoutes } from './routes/tokens.ts'
import { tryAgainRoutes } from './routes/trying-again.ts'
import { actionRoutes } from './routes/vm-request-actions.ts'
import { vmRequestRoutes } from './routes/vm-requests.ts'
import { waitingRoutes } from './routes/waiting.ts'

export interface Api {
  app: Express
  /** Stops following changes and ends what goes on behind answers; open streams are the server's to close. */
  close(): Promise<void>
}

/** The whole API over its dependencies; `changes` feeds the event streams. */
export function createApp(dependencies: ApiDependencies, changes: Changes): Api {
  const { database, provisioning, log, settings } = dependencies
  const metrics = apiMetrics()
  const feed = requestFeed(database, changes, log)
  const identify = (request: Request) => authenticate(database, request)

  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', settings.trustedProxies)
  app.use(requestLog(log), securityHeaders(settings.publicUrl, settings.issuer), metrics.measure)
  app.use(
    healthRoutes({
      databaseAnswers: () =>
        database.pool.query('select 1').then(
          () => true,
          () => false,
        ),
      temporalAnswers: () => provisioning.isReachable(),
      metrics,
    }),
  )
  app.use(basePath, limitCalls('address', settings.callsPerMinuteAndAddress))
  app.use('/auth', limitCalls('address', settings.signInsPerMinuteAndAddress))
  app.use([basePath, '/auth'], sameOriginOnly(settings.publicUrl), sessionsFor(dependencies))
  app.use(loginRoutes({ ...settings, oidc: dependencies.oidc, log, rememberUser: rememberUser(dependencies) }))
  app.use(basePath, (_request, response, next) => {
    response.set('Cache-Control', 'no-store')
    next()
  })
  app.use(basePath, express.json({ limit: '256kb', inflate: false }))
  app.use(
    basePath,
    endpointRouter({
      handlers: handlersOf({ ...dependencies, feed, authenticate: identify, openStreams: metrics.openStreams }),
      authenticate: identify,
      limit: limitCalls('user', settings.requestsPerMinute),
      auditDenial: auditDenials(database, log),
    }),
  )
  if (settings.webDist !== undefined) app.use(portalFiles(settings.webDist))
  app.use(() => {
    throw Problem.notFound('page')
  })
  app.use(problemHandler(log))
  return {
    app,
    async close() {
      feed.close()
      await provisioning.settled()
    },
  }
}

function handlersOf(streams: Streams): Handlers {
  const openApi = openApiDocument()
  return {
    ...creationRoutes(streams),
    ...vmRequestRoutes(streams),
    ...actionRoutes(streams),
    ...catalogRoutes(streams),
    ...approvalRoutes(streams),
    ...operationRoutes(streams),
    ...siteRoutes(streams),
    ...holdGroupRoutes(streams),
    ...waitingRoutes(streams),
    ...tryAgainRoutes(streams),
    ...meRoutes(streams),
    ...tokenRoutes(streams),
    getOpenApi: () => Promise.resolve({ status: 200, body: openApi }),
  }
}

/** Tokens need no session, so a call with one does not ask the database for it. */
function sessionsFor({ database, settings }: ApiDependencies): express.RequestHandler {
  const load = sessions({
    publicUrl: settings.publicUrl,
    secret: settings.sessionSecret,
    lifetimeSeconds: settings.sessionSeconds,
    pool: database.pool,
  })
  return (request, response, next) => {
    if (request.get('authorization') === undefined) load(request, response, next)
    else next()
  }
}

/** Who logs in is stored with the roles and teams of now: tokens act with them too. */
const rememberUser =
  ({ database }: ApiDependencies) =>
  async (claims: Claims): Promise<string> => {
    const configuration = await currentConfiguration(database)
    if (configuration === undefined) throw new NotConfigured()
    const user = userFromClaims(claims, configuration)
    await recordLogin(database, user)
    return user.id
  }
