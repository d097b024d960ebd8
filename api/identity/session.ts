import connectPgSimple from 'connect-pg-simple'
import session from 'express-session'
import type { RequestHandler } from 'express'
import type pg from 'pg'
import type { LoginChecks } from './oidc-provider.ts'

/** What a browser's session keeps. Roles are not in it: they are read from the database at each request. */
declare module 'express-session' {
  interface SessionData {
    userId: string
    /** Sessions end at a fixed time after login, used or not. */
    endsAt: number
    /** Told to the provider at logout. */
    idToken: string
    /** Logins under way, one for each tab. */
    logins: PendingLogin[]
  }
}

export interface PendingLogin {
  checks: LoginChecks
  returnTo: string
}

export interface SessionSettings {
  publicUrl: string
  secret: string
  lifetimeSeconds: number
  pool: pg.Pool
}

export const sessionCookieName = (publicUrl: string): string => (isHttps(publicUrl) ? '__Host-berth' : 'berth')

/** Sessions in PostgreSQL, so that a restart of the API signs nobody out. */
export function sessions({ publicUrl, secret, lifetimeSeconds, pool }: SessionSettings): RequestHandler {
  const Store = connectPgSimple(session)
  return session({
    name: sessionCookieName(publicUrl),
    secret,
    resave: false,
    saveUninitialized: false,
    // TLS ends at a proxy: it says so in X-Forwarded-Proto, without which no secure cookie would be set.
    proxy: isHttps(publicUrl),
    store: new Store({ pool, tableName: 'session', disableTouch: true, ttl: lifetimeSeconds }),
    cookie: {
      path: '/',
      httpOnly: true,
      sameSite: 'lax',
      secure: isHttps(publicUrl),
      maxAge: lifetimeSeconds * 1_000,
    },
  })
}

const isHttps = (url: string): boolean => url.startsWith('https:')
