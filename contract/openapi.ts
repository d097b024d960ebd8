import { OpenApiGeneratorV31, OpenAPIRegistry } from '@asteasolutions/zod-to-openapi'
import { z } from 'zod'
import { endpoints, type Endpoint } from './endpoints.ts'
import { basePath, type EndpointName } from './paths.ts'
import { problemCodes, type ProblemCode } from './problem-codes.ts'
import { problemSchemas } from './problem.ts'

/** The OpenAPI 3.1 document of the contract; the same text every time. */
export function openApiDocument() {
  const registry = new OpenAPIRegistry()
  registry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'A personal access token',
  })
  registry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-berth',
    description: 'The browser’s session; named `berth` where the portal has no TLS',
  })
  for (const [name, endpoint] of Object.entries(endpoints))
    registry.registerPath(operation(name as EndpointName, endpoint))
  return new OpenApiGeneratorV31(registry.definitions, { sortComponents: 'alphabetically' }).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Berth',
      version: '1',
      description: 'Virtual machines on vSphere for a limited time, without a ticket.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: basePath }],
  })
}

/** What an endpoint can refuse with, those of every endpoint included. */
export function problemsOf(endpoint: Endpoint): ProblemCode[] {
  const takesInput = endpoint.params ?? endpoint.query ?? endpoint.body
  const isPublic = endpoint.who === 'everybody'
  const codes: ProblemCode[] = [
    ...(takesInput !== undefined ? (['malformed'] as const) : []),
    ...(isPublic ? [] : (['unauthenticated'] as const)),
    // A browser's session may not be used from other sites' pages.
    ...(endpoint.method !== 'get' ? (['forbidden'] as const) : []),
    ...(endpoint.body !== undefined ? (['tooLarge', 'unsupportedMediaType'] as const) : []),
    ...endpoint.problems,
    'tooManyRequests',
    'internalError',
    ...(isPublic ? [] : (['databaseUnavailable'] as const)),
  ]
  return Object.keys(problemCodes).filter((code): code is ProblemCode => codes.includes(code as ProblemCode))
}

function operation(name: EndpointName, endpoint: Endpoint) {
  const { params, query, body } = endpoint
  const headers = requestHeaders(endpoint)
  return {
    operationId: name,
    method: endpoint.method,
    path: endpoint.path,
    summary: endpoint.summary,
    description: `For ${endpoint.who}.`,
    tags: [endpoint.path.split('/')[1] ?? ''],
    security: endpoint.who === 'everybody' ? [] : [{ bearer: [] }, { session: [] }],
    request: {
      ...(params !== undefined && { params }),
      ...(query !== undefined && { query }),
      ...(headers !== undefined && { headers }),
      ...(body !== undefined && {
        body: { required: !body.safeParse({}).success, content: { 'application/json': { schema: body } } },
      }),
    },
    responses: { ...successes(endpoint), ...refusals(endpoint) },
  }
}

function requestHeaders({ idempotencyKey, stream }: Endpoint) {
  if (idempotencyKey)
    return z.object({
      'Idempotency-Key': z
        .string()
        .min(1)
        .max(200)
        .optional()
        .meta({ description: 'Repeating the call with the same key answers with the same result' }),
    })
  if (stream)
    return z.object({
      'Last-Event-ID': z.string().optional().meta({ description: 'The last event that was received' }),
    })
  return undefined
}

const meanings: Record<number, string> = {
  200: 'Done',
  201: 'Created',
  202: 'Accepted; the change is not visible yet',
  204: 'Done',
}

function successes(endpoint: Endpoint) {
  const mediaType = endpoint.stream ? 'text/event-stream' : 'application/json'
  return Object.fromEntries(
    Object.entries(endpoint.responses).map(([status, schema]) => [
      status,
      {
        description: meaning(endpoint, Number(status)),
        ...(schema !== null && { content: { [mediaType]: { schema } } }),
      },
    ]),
  )
}

const meaning = (endpoint: Endpoint, status: number): string =>
  endpoint.idempotencyKey && status === 200 && 201 in endpoint.responses
    ? 'What this Idempotency-Key made before'
    : (meanings[status] ?? 'Done')

function refusals(endpoint: Endpoint) {
  const byStatus = Map.groupBy(problemsOf(endpoint), (code) => problemCodes[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\`: ${problemCodes[code].title}`).join('; '),
        ...(retryAfter.includes(status) && { headers: z.object({ 'Retry-After': z.string().optional() }) }),
        content: { 'application/problem+json': { schema: oneOf(codes) } },
      },
    ]),
  )
}

const retryAfter = [429, 503]

function oneOf(codes: readonly ProblemCode[]): z.ZodType {
  const schemas = codes.map((code) => problemSchemas[code])
  return schemas.length === 1 && schemas[0] !== undefined ? schemas[0] : z.union(schemas)
}
