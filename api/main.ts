import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { Client, Connection } from '@temporalio/client'
import { pino, type Logger } from 'pino'
import { listenToChanges } from '@berth/database/changes.ts'
import { openDatabase } from '@berth/database/connect.ts'
import { createApp } from './app.ts'
import { ConfigError, readConfig, type ApiConfig } from './config.ts'
import type { ApiSettings } from './dependencies.ts'
import { oidcProvider } from './identity/oidc-provider.ts'
import { createProvisioning, grpcInterceptors } from './provisioning.ts'

const config = readOrExit()
const log = pino({ name: 'api', level: config.BERTH_LOG_LEVEL })
const settings = settingsOf(config)

const database = openDatabase(config.DATABASE_URL, {
  publicUrl: settings.publicUrl,
  maxConnections: 20,
  onConnectionLost: (error) => log.warn({ reason: error.message }, 'database connection lost'),
})
const changes = await untilItAnswers(() => listenToChanges(config.DATABASE_URL), log)

// Connects on first use and again whenever the server comes back: requests are taken while Temporal is down.
const connection = Connection.lazy({
  ...config.temporal.connectionOptions,
  interceptors: grpcInterceptors,
  channelArgs: { 'grpc.initial_reconnect_backoff_ms': 200, 'grpc.max_reconnect_backoff_ms': 2_000 },
})
const client = new Client({ connection, namespace: config.temporal.namespace ?? 'berth' })
const oidc = oidcProvider({
  issuer: settings.issuer,
  clientId: config.BERTH_OIDC_CLIENT_ID,
  clientSecret: config.BERTH_OIDC_CLIENT_SECRET,
  scopes: config.BERTH_OIDC_SCOPES,
  redirectUri: `${settings.publicUrl}/auth/callback`,
  afterLogoutUri: `${settings.publicUrl}/`,
})
const api = createApp({ database, provisioning: createProvisioning(client), oidc, settings, log }, changes)

const server = createServer(api.app)
server.keepAliveTimeout = 65_000
await once(server.listen(config.BERTH_API_PORT, config.BERTH_API_HOST), 'listening')
log.info({ address: server.address(), publicUrl: settings.publicUrl }, 'api ready')

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop())

/** Answers what is under way, ends streams (browsers reconnect elsewhere), and leaves. */
async function stop(): Promise<void> {
  log.info('api stopping')
  const settled = api.close()
  server.close()
  server.closeIdleConnections()
  await Promise.race([once(server, 'close'), pause(2_000)])
  server.closeAllConnections()
  await settled
  await Promise.allSettled([changes.close(), connection.close(), database.close()])
  process.exit(0)
}

function readOrExit(): ApiConfig {
  try {
    return readConfig()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(error.message)
    process.exit(1)
  }
}

async function untilItAnswers<T>(ask: () => Promise<T>, told: Logger): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      told.warn({ reason: error instanceof Error ? error.message : String(error) }, 'the database does not answer yet')
      await pause(1_000)
    }
  }
}

function settingsOf(given: ApiConfig): ApiSettings {
  const { BERTH_TEMPORAL_UI_URL: temporalUiUrl, BERTH_WEB_DIST: webDist } = given
  const namespace = given.temporal.namespace ?? 'berth'
  return {
    publicUrl: given.BERTH_PUBLIC_URL.replace(/\/+$/, ''),
    issuer: given.BERTH_OIDC_ISSUER,
    sessionSecret: given.BERTH_SESSION_SECRET,
    sessionSeconds: given.BERTH_SESSION_HOURS * 3_600,
    requestsPerMinute: given.BERTH_REQUESTS_PER_MINUTE,
    callsPerMinuteAndAddress: 12_000,
    signInsPerMinuteAndAddress: 600,
    heartbeatSeconds: 15,
    trustedProxies: given.BERTH_TRUSTED_PROXIES,
    ...(webDist !== undefined && { webDist }),
    ...(temporalUiUrl !== undefined && { temporalUi: { url: temporalUiUrl.replace(/\/+$/, ''), namespace } }),
  }
}
