import { ipKeyGenerator, rateLimit } from 'express-rate-limit'
import type { RequestHandler } from 'express'
import type { Caller } from '../caller.ts'
import { Problem } from '../problems.ts'

const windowSeconds = 60

/**
 * `address`: before it is known who asks; keeps an address from guessing tokens, or from filling the database with
 * sign-ins that nobody completes. `user`: keeps one person's runaway script from being everybody's problem.
 */
export const limitCalls = (of: 'address' | 'user', perMinute: number): RequestHandler =>
  rateLimit({
    windowMs: windowSeconds * 1_000,
    limit: perMinute,
    ...(of === 'address' && { identifier: of }),
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: (request, response) => {
      const caller = of === 'user' ? (response.locals['caller'] as Caller | undefined) : undefined
      return caller?.userId || ipKeyGenerator(request.ip ?? '')
    },
    handler: (_request, _response, next) => next(Problem.tooManyRequests(windowSeconds)),
  })
