import type { Request } from 'express'
import type { Caller } from '../caller.ts'

/** The person behind a stream, as of the last seconds: a stream outlives the moment in which it was allowed. */
export interface LiveCaller {
  /** undefined once the session or token has ended. */
  now(): Promise<Caller | undefined>
}

export function liveCaller(
  request: Request,
  caller: Caller,
  authenticate: (request: Request) => Promise<Caller>,
  believedMs: number,
): LiveCaller {
  let known: Caller | undefined = caller
  let checkedAt = Date.now()
  return {
    async now() {
      if (known === undefined || Date.now() - checkedAt < believedMs) return known
      known = (await sessionStillThere(request, caller))
        ? await authenticate(request).catch(strangerOrThrow)
        : undefined
      checkedAt = Date.now()
      return known
    },
  }
}

/** The request holds the session as it was when the stream began. */
const sessionStillThere = (request: Request, { via }: Caller): Promise<boolean> =>
  via === 'token'
    ? Promise.resolve(true)
    : new Promise((resolve) => request.session.reload((gone: unknown) => resolve(!gone)))

function strangerOrThrow(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'unauthenticated') return undefined
  throw error
}
