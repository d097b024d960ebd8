import type { Logger } from 'pino'
import type { Database } from '@berth/database/connect.ts'
import type { OidcProvider } from './identity/oidc-provider.ts'
import type { Provisioning } from './provisioning.ts'

/** What the API is made of; the composition root fills it in, and so do tests. */
export interface ApiDependencies {
  database: Database
  provisioning: Provisioning
  oidc: OidcProvider
  settings: ApiSettings
  log: Logger
}

export interface ApiSettings {
  /** Where people reach the portal, without a slash at its end. */
  publicUrl: string
  issuer: string
  sessionSecret: string
  sessionSeconds: number
  /** For each user. */
  requestsPerMinute: number
  /** Generous, since a whole company may share one address. */
  callsPerMinuteAndAddress: number
  /** Every sign-in that is begun is stored. */
  signInsPerMinuteAndAddress: number
  /** Event streams: how often a quiet one says that it is there, and looks whether its session still is. */
  heartbeatSeconds: number
  /** How many reverse proxies stand before the API. */
  trustedProxies: number
  /** The built portal; absent: only the API is served. */
  webDist?: string
  /** Shown to operators. */
  temporalUi?: { url: string; namespace: string }
}
