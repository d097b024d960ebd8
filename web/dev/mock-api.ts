import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import type { VmRequest } from '@berth/contract/vm-request.ts'
import { addSeconds } from '@berth/domain/instant.ts'
import * as canned from './canned.ts'

/** Serves the built portal with an API that answers from canned entries; the cookie `scenario` says which. */

export const scenarios = ['usual', 'empty', 'long', 'error', 'loading', 'signedOut'] as const
export type Scenario = (typeof scenarios)[number]

/** As the API sends it, so that what it forbids is noticed here. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self' data:; img-src 'self' data:; connect-src 'self'; form-action 'self'"
const dist = new URL('../dist/', import.meta.url).pathname
const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

/** A call as it came, for whoever wants to answer it otherwise. */
export interface MockCall {
  method: string
  path: string
  query: URLSearchParams
  body: Record<string, unknown>
  idempotencyKey: string | undefined
}

export interface MockAnswer {
  status: number
  body: unknown
}

export type Answered = MockAnswer | Promise<MockAnswer> | undefined

export interface MockApi {
  server: Server
  /** As if this request had changed: every open stream tells it. */
  tell(request: VmRequest): void
}

/** `answer` comes first; what it leaves is answered from the canned entries. */
export function mockApi(answer: (call: MockCall) => Answered = () => undefined): MockApi {
  const streams = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://mock')
    if (!url.pathname.startsWith('/api/v1/')) void answerFile(url.pathname, response)
    else if (url.pathname.endsWith('/events')) openStream(streams, response)
    else void answerApi(request, url, response, answer)
  })
  return {
    server,
    tell(request) {
      for (const stream of streams) stream.write(`event: vm-request\ndata: ${JSON.stringify(request)}\n\n`)
    },
  }
}

async function answerApi(
  request: IncomingMessage,
  url: URL,
  response: ServerResponse,
  answer: (call: MockCall) => Answered,
) {
  const scenario = scenarioOf(request)
  const path = url.pathname.slice('/api/v1'.length)
  const { method = 'GET', headers } = request
  const body = await bodyOf(request)
  const idempotencyKey = headers['idempotency-key']?.toString()
  const given = await answer({ method, path, query: url.searchParams, body, idempotencyKey })
  if (given !== undefined) return json(response, given.status, given.body)
  if (scenario === 'signedOut') return problem(response, 401, 'unauthenticated', 'You are not signed in')
  if (path === '/me') return json(response, 200, canned.person)
  if (scenario === 'loading') return undefined
  if (scenario === 'error') return refuse(response, method, path)
  const requests = scenario === 'empty' ? [] : scenario === 'long' ? canned.longRequests : canned.requests
  if (method === 'POST') return act(response, path, requests, body)
  return json(response, 200, read(path, url.searchParams, requests, scenario))
}

function read(path: string, query: URLSearchParams, requests: VmRequest[], scenario: Scenario): unknown {
  const list = (items: unknown[]) => ({ items: scenario === 'empty' ? [] : items, nextCursor: null })
  const [, collection, id, part] = path.split('/')
  const request = requests.find((candidate) => candidate.id === id) ?? canned.requests[0]
  switch (collection) {
    case 'vm-requests':
      if (part === 'audit' && request !== undefined) return list(canned.audit(request))
      if (part === 'waiting') return { waiting: request === undefined ? null : canned.waitingOf(request) }
      return id === undefined ? list(filtered(requests, query)) : request
    case 'approvals':
      return list(query.has('decidedBy') ? canned.decided(requests) : canned.approvals(requests))
    case 'catalog-items':
      return list(canned.catalogItems)
    case 'sites':
      return list(canned.sites)
    case 'waiting':
      return list(canned.waitingRequests)
    case 'hold-groups':
      return list(canned.holdGroups)
    case 'findings':
      return list(scenario === 'long' ? canned.longFindings : canned.findings)
    default:
      return list(canned.notices)
  }
}

function filtered(requests: VmRequest[], query: URLSearchParams): VmRequest[] {
  const states = query.get('state')?.split(',')
  return requests.filter(
    ({ state, vmName, ownerId }) =>
      (states?.includes(state) ?? true) &&
      vmName.includes(query.get('q') ?? '') &&
      (query.get('owner') === null || ownerId === canned.person.userId),
  )
}

function act(response: ServerResponse, path: string, requests: VmRequest[], body: Record<string, unknown>) {
  if (path === '/vm-requests/preview') return json(response, 200, canned.preview)
  if (path === '/vm-requests') return json(response, 201, canned.requests[3])
  if (path === '/hold-groups/retry') return json(response, 200, canned.retried)
  const [, , id, action] = path.split('/')
  const request = requests.find((candidate) => candidate.id === id)
  if (request === undefined) return problem(response, 404, 'notFound', 'Not found')
  if (action === 'decision') {
    const decided = canned.approvals(requests).find((item) => item.request.id === id)?.request ?? request
    return json(response, 200, { ...decided, version: request.version + 1, state: 'provisioning' })
  }
  if (action !== 'extend') return json(response, 200, { ...request, version: request.version + 1 })
  const leaseEndsAt = addSeconds(request.leaseEndsAt ?? request.requestedAt, Number(body['leaseSeconds'] ?? 0))
  const extended = { ...request, version: request.version + 1, leaseEndsAt }
  return json(response, 200, { leaseEndsAt, cappedBy: null, request: extended })
}

function refuse(response: ServerResponse, method: string | undefined, path: string) {
  if (path === '/catalog-items') return json(response, 200, { items: canned.catalogItems, nextCursor: null })
  if (method === 'POST' && path === '/vm-requests')
    return problem(response, 400, 'malformed', 'The request is not valid', {
      issues: [
        { path: 'body.purpose', message: 'says nothing that an approver could judge' },
        { path: 'body.sshPublicKeys.0', message: 'the key is shorter than 2048 bits' },
      ],
    })
  return problem(response, 503, 'databaseUnavailable', 'The database does not answer')
}

const problem = (response: ServerResponse, status: number, code: string, title: string, more: object = {}) =>
  json(response, status, { type: `urn:berth:problem:${code}`, title, status, code, ...more })

function json(response: ServerResponse, status: number, body: unknown) {
  response.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' })
  response.end(JSON.stringify(body))
}

function openStream(streams: Set<ServerResponse>, response: ServerResponse) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  response.write(': nothing happens by itself in a mock\n\n')
  streams.add(response)
  response.on('close', () => streams.delete(response))
}

async function answerFile(path: string, response: ServerResponse) {
  const name = extname(path) === '' || path.includes('..') ? 'index.html' : path
  const text = await readFile(join(dist, name)).catch(() => undefined)
  if (text === undefined) return response.writeHead(404).end()
  return response
    .writeHead(200, {
      'content-type': types[extname(name)] ?? 'application/octet-stream',
      'content-security-policy': policy,
    })
    .end(text)
}

function scenarioOf({ headers }: IncomingMessage): Scenario {
  const said = /scenario=(\w+)/.exec(headers.cookie ?? '')?.[1]
  return scenarios.find((known) => known === said) ?? 'usual'
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>)
}
