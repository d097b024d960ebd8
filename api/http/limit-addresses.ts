import { ipKeyGenerator, rateLimit } from 'express-rate-limit'
import type { RequestHandler } from 'express'
import { Problem } from '../problems.ts'

const windowSeconds = 60

/**
 * Before it is known who asks: keeps an address from guessing tokens, or from filling the database with sign-ins that
 * nobody completes. Generous, since a whole company may share one address.
 */
export const limitAddresses = (perMinute: number): RequestHandler =>
  rateLimit({
    windowMs: windowSeconds * 1_000,
    limit: perMinute,
    identifier: 'address',
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: (request) => ipKeyGenerator(request.ip ?? ''),
    handler: (_request, _response, next) => next(Problem.tooManyRequests(windowSeconds)),
  })
