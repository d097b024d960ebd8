import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'
import type { Logger } from 'pino'
import { pinoHttp } from 'pino-http'

const sane = /^[\w.:-]{1,100}$/
const quiet = ['/healthz', '/readyz', '/metrics']

/** One JSON line for each call. Headers and query strings are not in it: that is where secrets travel. */
export function requestLog(log: Logger): RequestHandler {
  return pinoHttp({
    logger: log,
    quietReqLogger: true,
    genReqId: (request, response) => {
      const given = request.headers['x-request-id']
      const id = typeof given === 'string' && sane.test(given) ? given : randomUUID()
      response.setHeader('X-Request-Id', id)
      return id
    },
    autoLogging: { ignore: (request) => quiet.includes(pathOf(request.url)) },
    customLogLevel: (_request, response, error) => (error || response.statusCode >= 500 ? 'error' : 'info'),
    customAttributeKeys: { responseTime: 'durationMs', reqId: 'requestId' },
    serializers: {
      req: (request: { method: string; url: string }) => ({ method: request.method, path: pathOf(request.url) }),
      res: (response: { statusCode: number }) => ({ status: response.statusCode }),
    },
    customProps: (_request, response) => {
      const { caller, endpoint } =
        (response as unknown as { locals?: { caller?: { userId: string }; endpoint?: string } }).locals ?? {}
      return { userId: caller?.userId, endpoint }
    },
  })
}

const pathOf = (url: string | undefined): string => (url ?? '').split('?')[0] ?? ''
