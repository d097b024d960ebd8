import type { EndpointBody, EndpointParams, EndpointQuery, EndpointResponse } from '@berth/contract/endpoints.ts'
import { basePath, paths, type EndpointName } from '@berth/contract/paths.ts'
import type { Problem } from '@berth/contract/problem.ts'
import { ServerProblem } from './problem.ts'

interface Given<N extends EndpointName> {
  params?: EndpointParams<N>
  query?: EndpointQuery<N>
  body?: EndpointBody<N>
  idempotencyKey?: string
  signal?: AbortSignal
}

export interface Answer<N extends EndpointName> {
  /** 202: it was taken, and nobody knows yet what comes of it. */
  status: number
  body: EndpointResponse<N>
}

/** Calls an endpoint of the contract. Throws ServerProblem, also when nobody answers. */
export const call = async <N extends EndpointName>(name: N, given: Given<N> = {}): Promise<EndpointResponse<N>> =>
  (await answerTo(name, given)).body

export async function answerTo<N extends EndpointName>(name: N, given: Given<N>): Promise<Answer<N>> {
  const response = await answerOf(addressOf(name, given.params ?? {}, given.query ?? {}), {
    method: paths[name].method.toUpperCase(),
    headers: {
      accept: 'application/json',
      ...(given.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(given.idempotencyKey === undefined ? {} : { 'idempotency-key': given.idempotencyKey }),
    },
    body: given.body === undefined ? null : JSON.stringify(given.body),
    signal: AbortSignal.any([
      AbortSignal.timeout(patienceOf(name)),
      ...(given.signal === undefined ? [] : [given.signal]),
    ]),
  })
  const body: unknown = await response.json().catch(() => undefined)
  if (!response.ok || body === undefined) throw new ServerProblem(isProblem(body) ? body : undefined)
  return { status: response.status, body: body as EndpointResponse<N> }
}

/** The address of an endpoint with its parameters filled in. */
export function addressOf(name: EndpointName, params: object = {}, query: object = {}): string {
  const values = new Map<string, unknown>(Object.entries(params))
  const path = paths[name].path.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(String(values.get(key))))
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(key, Array.isArray(value) ? value.join(',') : String(value))
  }
  return `${basePath}${path}${search.size > 0 ? `?${search}` : ''}`
}

/** An act waits for its workflow, a look for nobody. Silence that lasts longer is no answer. */
const patienceOf = (name: EndpointName): number => (paths[name].method === 'get' ? 10_000 : 30_000)

async function answerOf(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, init)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ServerProblem(undefined)
  }
}

const isProblem = (body: unknown): body is Problem =>
  typeof body === 'object' && body !== null && 'code' in body && 'title' in body
