import type { RequestHandler } from 'express'
import { Problem } from '../problems.ts'

const safeMethods = ['GET', 'HEAD', 'OPTIONS']

/**
 * A browser adds the session's cookie to whatever any site makes it send. So a request that changes something and relies on
 * the cookie must say that it comes from our own pages; a browser lets no page forge these two headers.
 */
export function sameOriginOnly(publicUrl: string): RequestHandler {
  const { origin } = new URL(publicUrl)
  return (request, _response, next) => {
    const reliesOnCookie = request.get('authorization') === undefined
    if (safeMethods.includes(request.method) || !reliesOnCookie || request.get('cookie') === undefined) return next()
    const site = request.get('sec-fetch-site')
    const from = request.get('origin')
    const ours =
      (site === undefined || site === 'same-origin') && (from === undefined ? site !== undefined : from === origin)
    if (!ours) throw Problem.forbidden('requests with a session are accepted from the portal’s own pages only')
    next()
  }
}
