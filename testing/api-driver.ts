import {
  endpoints,
  type Endpoint,
  type EndpointBody,
  type EndpointParams,
  type EndpointQuery,
  type EndpointResponse,
} from '@berth/contract/endpoints.ts'
import { basePath, type EndpointName } from '@berth/contract/paths.ts'
import { problemSchemas, type Problem } from '@berth/contract/problem.ts'
import { vmRequest, type VmRequest } from '@berth/contract/vm-request.ts'
import type { ProblemCode } from '@berth/contract/problem-codes.ts'

export interface Sent<Name extends EndpointName> {
  params?: EndpointParams<Name>
  query?: EndpointQuery<Name>
  body?: EndpointBody<Name>
  idempotencyKey?: string
}

/** An answer that kept the contract: its status, and its body as the contract has it for that status. */
export interface Received<Body> {
  status: number
  body: Body
  headers: Headers
}

export interface ServerSentEvent {
  event: string
  id: string
  data: unknown
}

/** Speaks to an API as one person, and checks every answer against the contract. */
export interface ApiDriver {
  /** Throws when the answer is a problem. */
  call<Name extends EndpointName>(name: Name, sent?: Sent<Name>): Promise<Received<EndpointResponse<Name>>>
  /** The problem that a call is refused with; throws when it is not refused. */
  refusal<Name extends EndpointName>(
    name: Name,
    sent?: Sent<Name> | { body?: unknown; query?: unknown; params?: unknown },
  ): Promise<Problem>
  /** Events until the caller stops; `lastEventId` resumes. */
  events(path: string, options: { signal: AbortSignal; lastEventId?: string }): AsyncGenerator<ServerSentEvent>
  /** The request once it is as wanted, by its event stream. */
  vmRequestOnce(id: string, wanted: (request: VmRequest) => boolean): Promise<VmRequest>
  fetch(path: string, init?: RequestInit): Promise<Response>
}

const longestAnswerSeconds = 60

/** `origin` such as `http://127.0.0.1:8080`; `token` a personal access token, or undefined for a stranger. */
export function apiDriver(origin: string, token: string | undefined, more: Record<string, string> = {}): ApiDriver {
  const identity: Record<string, string> = {
    ...more,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  const send = (path: string, init: RequestInit = {}) =>
    fetch(`${origin}${path}`, {
      redirect: 'manual',
      // An API that stands still must not hold up whoever asks again.
      signal: AbortSignal.timeout(longestAnswerSeconds * 1_000),
      ...init,
      headers: { ...identity, ...(init.headers as Record<string, string>) },
    })
  const request = async (name: EndpointName, sent: Loose = {}) => {
    const { method } = endpoints[name]
    const hasBody = sent.body !== undefined
    return send(addressOf(name, sent), {
      method: method.toUpperCase(),
      headers: {
        ...(hasBody ? { 'content-type': 'application/json' } : {}),
        ...(sent.idempotencyKey === undefined ? {} : { 'idempotency-key': sent.idempotencyKey }),
      },
      body: hasBody ? JSON.stringify(sent.body) : null,
    })
  }
  return {
    fetch: send,
    async call<Name extends EndpointName>(name: Name, sent: Sent<Name> = {}) {
      const response = await request(name, sent)
      const text = await response.text()
      const schema = (endpoints[name] as Endpoint).responses[response.status]
      if (schema === undefined) throw new Error(`${name} answered ${response.status}: ${text}`)
      const body = schema === null ? undefined : schema.parse(JSON.parse(text))
      return { status: response.status, body: body as EndpointResponse<Name>, headers: response.headers }
    },
    async refusal(name, sent = {}) {
      const response = await request(name, sent)
      const text = await response.text()
      if (response.headers.get('content-type')?.startsWith('application/problem+json') !== true)
        throw new Error(`${name} was not refused but answered ${response.status}: ${text}`)
      const problem = JSON.parse(text) as { code: ProblemCode }
      return problemSchemas[problem.code].parse(problem)
    },
    events: (path, options) => serverSentEvents(send, path, options),
    async vmRequestOnce(id, wanted) {
      const stop = new AbortController()
      try {
        for await (const { data } of serverSentEvents(send, `${basePath}/vm-requests/${id}/events`, {
          signal: stop.signal,
        })) {
          const request = vmRequest.parse(data)
          if (wanted(request)) return request
        }
      } finally {
        stop.abort()
      }
      throw new Error(`the event stream of ${id} ended`)
    },
  }
}

interface Loose {
  params?: unknown
  query?: unknown
  body?: unknown
  idempotencyKey?: string
}

function addressOf(name: EndpointName, { params, query }: Loose): string {
  const given = (params ?? {}) as Record<string, string>
  const path = endpoints[name].path.replaceAll(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(given[key] ?? ''))
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query ?? {})) search.set(key, String(value))
  return `${basePath}${path}${search.size === 0 ? '' : `?${search.toString()}`}`
}

async function* serverSentEvents(
  send: ApiDriver['fetch'],
  path: string,
  { signal, lastEventId }: { signal: AbortSignal; lastEventId?: string },
): AsyncGenerator<ServerSentEvent> {
  const headers = {
    accept: 'text/event-stream',
    ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
  }
  const response = await send(path, { signal, headers })
  if (response.status !== 200 || response.body === null)
    throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  let text = ''
  try {
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const event = eventOf(text.slice(0, end))
        text = text.slice(end + 2)
        if (event !== undefined) yield event
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** A block with an id alone moves the client's position; its data is undefined. */
function eventOf(block: string): ServerSentEvent | undefined {
  const fields = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  )
  const [data, id] = [fields.get('data'), fields.get('id')]
  if (data === undefined && id === undefined) return undefined
  return {
    event: fields.get('event') ?? 'message',
    id: id ?? '',
    data: data === undefined ? undefined : (JSON.parse(data) as unknown),
  }
}
