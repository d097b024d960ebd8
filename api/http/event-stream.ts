import type { Response } from 'express'

/** Server-sent events. Everything written after the client has gone is dropped. */
export interface EventStream {
  send(event: string, id: string, data: unknown): void
  /** Where a client that has no event yet resumes. */
  position(id: string): void
  /** Keeps proxies from closing a quiet stream. */
  heartbeat(): void
  close(): void
  readonly closed: AbortSignal
}

export function eventStream(response: Response): EventStream {
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  response.status(200).set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store, no-transform',
    'X-Accel-Buffering': 'no',
  })
  response.flushHeaders()
  const write = (text: string) => {
    if (!gone.signal.aborted) response.write(text)
  }
  write('retry: 2000\n\n')
  return {
    send: (event, id, data) => write(`event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`),
    position: (id) => write(`id: ${id}\n\n`),
    heartbeat: () => write(': still here\n\n'),
    close: () => {
      gone.abort()
      response.end()
    },
    closed: gone.signal,
  }
}
