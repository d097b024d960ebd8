import { once } from 'node:events'
import {
  connect,
  constants,
  createServer,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { Call } from '../fault.ts'
import { strike, type ProxyDeeds } from './proxy-deeds.ts'

export interface TemporalProxy {
  port: number
  stop(): Promise<void>
}

const window = 4 * 1024 * 1024
const endsHere = 0x1

/** Between one process and Temporal: HTTP/2, so that each call is known by the name of its method. */
export async function temporalProxy(address: string, by: string, deeds: ProxyDeeds): Promise<TemporalProxy> {
  const server = createServer({ settings: { initialWindowSize: window } })
  const sessions = new Set<{ destroy(): void }>()
  server.on('sessionError', () => {})
  server.on('session', (session) => {
    const upstream = connect(`http://${address}`, { settings: { initialWindowSize: window } })
    // Else one answer that nobody takes holds up all others of the connection.
    session.setLocalWindowSize(window)
    upstream.once('connect', () => upstream.setLocalWindowSize(window))
    for (const [one, other] of [
      [session, upstream],
      [upstream, session],
    ] as const) {
      sessions.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sessions.delete(one)
        // One that was told to end does so when its last answer is out.
        if (!other.closed) other.destroy()
      })
    }
    // Temporal ends each connection after some minutes: what is under way goes on, and the process makes another one.
    upstream.on('goaway', () => session.close())
    session.on('stream', (stream, headers) => {
      // Whatever breaks here, it is one call that failed, and the process asks again.
      forward(stream, headers, upstream, by, deeds).catch(() => stream.close(constants.NGHTTP2_INTERNAL_ERROR))
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const session of sessions) session.destroy()
      await closed
    },
  }
}

async function forward(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  upstream: ClientHttp2Session,
  by: string,
  deeds: ProxyDeeds,
): Promise<void> {
  stream.on('error', () => {})
  const name = headers[':path']?.split('/').at(-1) ?? ''
  const call: Call = { through: 'temporal', by, name }
  const fault = deeds.faultFor(call)
  if (fault?.kind === 'refuse') return stream.close(constants.NGHTTP2_REFUSED_STREAM)
  if (fault?.kind === 'delay') await pause(fault.seconds * 1_000)
  if (!(await strike(fault, 'before', call, deeds))) return stream.close(constants.NGHTTP2_CANCEL)
  if (stream.destroyed || upstream.destroyed) return stream.close(constants.NGHTTP2_CANCEL)
  if (upstream.closed) return stream.close(constants.NGHTTP2_REFUSED_STREAM)
  const asked = upstream.request(headers, { endStream: false })
  asked.on('error', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR))
  asked.on('close', () => {
    if (asked.rstCode !== constants.NGHTTP2_NO_ERROR) stream.close(asked.rstCode)
  })
  stream.on('close', () => asked.close(constants.NGHTTP2_CANCEL))
  let trailers: IncomingHttpHeaders = {}
  asked.on('trailers', (sent) => (trailers = sent))
  const pass = async (answer: IncomingHttpHeaders, flags: number): Promise<void> => {
    await strike(fault, 'after', call, deeds)
    if (fault?.kind === 'loseAnswer') return stream.close(constants.NGHTTP2_CANCEL)
    if (stream.destroyed) return
    if ((flags & endsHere) !== 0) return stream.respond(answer, { endStream: true })
    stream.respond(answer, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers(trailers))
    asked.pipe(stream)
  }
  asked.on('response', (answer, flags) => {
    pass(answer, flags).catch(() => stream.close(constants.NGHTTP2_INTERNAL_ERROR))
  })
  stream.pipe(asked)
}
