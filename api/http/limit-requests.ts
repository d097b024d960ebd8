import { ipKeyGenerator, rateLimit } from 'express-rate-limit'
import type { RequestHandler } from 'express'
import type { Caller } from '../caller.ts'
import { Problem } from '../problems.ts'

const windowSeconds = 60

/** Keeps one person's runaway script from being everybody's problem. */
export const limitRequests = (perMinute: number): RequestHandler =>
  rateLimit({
    windowMs: windowSeconds * 1_000,
    limit: perMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: (request, response) =>
      (response.locals['caller'] as Caller | undefined)?.userId || ipKeyGenerator(request.ip ?? ''),
    handler: (_request, _response, next) => next(Problem.tooManyRequests(windowSeconds)),
  })
