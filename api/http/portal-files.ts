import { join } from 'node:path'
import express, { Router } from 'express'

/** The built portal. Hashed files are kept for a year, the page that names them never; unknown pages are the portal's own. */
export function portalFiles(webDist: string): Router {
  const router = Router()
  router.use(
    '/assets',
    express.static(join(webDist, 'assets'), { immutable: true, maxAge: '365d', fallthrough: false }),
  )
  router.use(
    express.static(webDist, {
      index: false,
      cacheControl: false,
      setHeaders: (response) => void response.setHeader('Cache-Control', 'no-cache'),
    }),
  )
  router.get('/{*page}', (request, response, next) => {
    if (!request.accepts('html') || /^\/(api|auth)(\/|$)/.test(request.path)) return next()
    response.set('Cache-Control', 'no-cache').sendFile('index.html', { root: webDist, dotfiles: 'allow' })
  })
  return router
}
