import type { Dispatcher } from 'undici'

/** The request was not sent: it stood in line, or its process stood still, for longer than its permit lasts. */
export class NotSent extends Error {
  constructor(method: string) {
    super(`${method} was not sent: its permit had grown old`)
    this.name = 'NotSent'
  }
}

/**
 * Asks `maySend` when the connection stands and the request's turn has come, directly before its first byte is written.
 * Checked any earlier, it could wait for a connection, or for its process to be woken, and be sent long after.
 */
export const sendIfAllowed =
  (method: string, maySend: () => boolean): Dispatcher.DispatcherComposeInterceptor =>
  (dispatch) =>
  (options, handler) =>
    dispatch(options, {
      onRequestStart(controller, context: unknown) {
        if (!maySend()) throw new NotSent(method)
        handler.onRequestStart?.(controller, context)
      },
      onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
      onResponseStart: (...args) => handler.onResponseStart?.(...args),
      onResponseData: (...args) => handler.onResponseData?.(...args),
      onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
      onResponseError: (...args) => handler.onResponseError?.(...args),
    })
