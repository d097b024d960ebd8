import type { ErrorRequestHandler } from 'express'
import type { Logger } from 'pino'
import { isDatabaseAway } from '../database-away.ts'
import { Problem } from '../problems.ts'

/** Turns whatever a route throws into a problem document. What nobody foresaw is logged whole and told to nobody. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const problem = problemOf(error)
    if (problem.status >= 500) log.error({ err: error, requestId: request.id, code: problem.code }, 'a call failed')
    if (response.headersSent) return next(error)
    response
      .status(problem.status)
      .set(problem.headers)
      .type('application/problem+json')
      .set('Cache-Control', 'no-store')
      .send(JSON.stringify(problem.toDocument(request.originalUrl.split('?')[0] ?? '', String(request.id))))
  }
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (isDatabaseAway(error)) return Problem.databaseUnavailable()
  return problemOfBody(error) ?? Problem.internalError()
}

/** What express itself refuses, told apart by the types that its body parser gives. */
function problemOfBody(error: unknown): Problem | undefined {
  if (!(error instanceof Error) || !('status' in error)) return undefined
  const type = 'type' in error ? error.type : undefined
  if (type === 'entity.too.large') return Problem.tooLarge()
  if (type === 'encoding.unsupported' || type === 'charset.unsupported') return Problem.unsupportedMediaType()
  if (typeof error.status !== 'number' || error.status >= 500) return undefined
  if (error.status === 404) return Problem.notFound('file')
  if (type === 'entity.parse.failed') return Problem.malformed([{ path: 'body', message: 'is not valid JSON' }])
  return Problem.malformed([{ path: error instanceof URIError ? 'path' : 'body', message: 'cannot be read' }])
}
