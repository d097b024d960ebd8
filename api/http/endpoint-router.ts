import { Router, type Request, type RequestHandler, type Response } from 'express'
import { endpoints, type Endpoint } from '@berth/contract/endpoints.ts'
import type { EndpointName } from '@berth/contract/paths.ts'
import type { Caller } from '../caller.ts'
import { Problem } from '../problems.ts'
import { isDenial, type AuditDenial } from './audit-denials.ts'
import { parseCall, type Call } from './parse-call.ts'

export interface Answer {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

/** Authorizes, acts and presents. Streams write their own response and answer nothing. */
export type Handler<Name extends EndpointName> = (
  call: Call<Name> & { caller: Caller; request: Request; response: Response },
) => Promise<Answer | undefined>

export type Handlers = { [Name in EndpointName]: Handler<Name> }

interface Given {
  handlers: Handlers
  authenticate(request: Request): Promise<Caller>
  /** For each caller. */
  limit: RequestHandler
  auditDenial: AuditDenial
}

const nobody: Caller = { userId: '', displayName: '', roles: [], teamIds: [], via: 'token' }

/** One route for each endpoint of the contract: authenticate, parse, and then its handler. None can be forgotten. */
export function endpointRouter(given: Given): Router {
  const router = Router()
  const byPath = Map.groupBy(Object.entries(endpoints) as [EndpointName, Endpoint][], ([, { path }]) =>
    expressPath(path),
  )
  for (const [path, ofPath] of byPath) {
    for (const [name, endpoint] of ofPath) router[endpoint.method](path, ...route(name, endpoint, given))
    const allowed = ofPath.map(([, { method }]) => method.toUpperCase())
    router.all(path, () => {
      throw Problem.methodNotAllowed(allowed)
    })
  }
  return router
}

function route<Name extends EndpointName>(
  name: Name,
  endpoint: Endpoint,
  { handlers, authenticate, limit, auditDenial }: Given,
): RequestHandler[] {
  const identify: RequestHandler = async (request, response, next) => {
    response.locals['endpoint'] = name
    response.locals['caller'] = endpoint.who === 'everybody' ? nobody : await authenticate(request)
    next()
  }
  const answer: RequestHandler = async (request, response) => {
    const call = parseCall<Name>(endpoint, request)
    const caller = response.locals['caller'] as Caller
    const given = await handlers[name]({ ...call, caller, request, response }).catch(async (error: unknown) => {
      if (error instanceof Problem && isDenial(error))
        await auditDenial(caller, { endpoint: name, ...subjectOf(call.params), code: error.code })
      throw error
    })
    if (given === undefined) return
    response.status(given.status).set(given.headers ?? {})
    if (given.body === undefined) response.end()
    else response.json(given.body)
  }
  return [identify, limit, answer]
}

const subjectOf = (params: { id?: string } | undefined) => (params?.id === undefined ? {} : { subject: params.id })

const expressPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1')
