import type { Response } from 'express'

/** A plain page for a browser that came back without a login. Nothing that was sent is repeated in it but the own path. */
export function signInProblemPage(response: Response, status: number, heading: string, returnTo: string): void {
  const again = `/auth/login?returnTo=${encodeURIComponent(returnTo)}`
  response.status(status).set('Cache-Control', 'no-store').type('html').send(`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${heading} · Berth</title></head>
<body><main><h1>${heading}</h1><p><a href="${again}">Sign in again</a></p></main></body>
</html>
`)
}
