import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

interface Operation {
  operationId: string
  responses: Record<string, { content?: Record<string, { schema: object }> }>
}

interface OpenApiDocument {
  openapi: string
  servers: [{ url: string }]
  paths: Record<string, Record<string, Operation>>
}

interface Sent {
  params?: Record<string, string>
  query?: Record<string, string>
  body?: unknown
  headers?: Record<string, string>
}

export interface Answer {
  status: number
  // Whoever knows the API only by its document has no types either.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any
  headers: Headers
}

export interface ServerEvent {
  event: string
  id: string
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  data: any
}

export interface OpenApiClient {
  /** Throws when the answer is not one that the document describes. */
  call: (operationId: string, sent?: Sent) => Promise<Answer>
  /** Events until the caller stops. */
  events: (operationId: string, sent: Sent & { signal: AbortSignal }) => AsyncGenerator<ServerEvent>
}

/** Knows nothing of Berth but the address of its OpenAPI document. */
export async function openApiClients(apiUrl: string): Promise<(token?: string) => OpenApiClient> {
  const document = (await (await fetch(`${apiUrl}/openapi.json`)).json()) as OpenApiDocument
  const schemas = new Ajv2020({ strict: false, allErrors: true })
  // An import of a CommonJS package may be the module itself or its default.
  ;(addFormats as unknown as (ajv: Ajv2020) => void)(schemas)
  schemas.addSchema(document, 'openapi')
  return (token) => clientFor({ document, schemas, origin: new URL(apiUrl).origin }, token)
}

interface Api {
  document: OpenApiDocument
  schemas: Ajv2020
  origin: string
}

interface Place {
  method: string
  path: string
  operation: Operation
}

function clientFor(api: Api, token: string | undefined): OpenApiClient {
  const send = async (place: Place, { params = {}, query = {}, body, headers = {} }: Sent, signal?: AbortSignal) =>
    fetch(addressOf(api, place, params, query), {
      method: place.method.toUpperCase(),
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    })
  return {
    async call(operationId, sent = {}) {
      const place = placeOf(api, operationId)
      const response = await send(place, sent)
      const text = await response.text()
      const body: unknown = text === '' ? undefined : JSON.parse(text)
      check(api, place, response, body)
      return { status: response.status, body, headers: response.headers }
    },
    async *events(operationId, { signal, ...sent }) {
      const place = placeOf(api, operationId)
      const response = await send(place, sent, signal)
      if (response.status !== 200 || response.body === null)
        throw new Error(`${operationId} answered ${response.status}: ${await response.text()}`)
      for await (const event of eventsIn(response.body, signal)) {
        check(api, place, response, event.data)
        yield event
      }
    },
  }
}

function placeOf({ document }: Api, operationId: string): Place {
  for (const [path, methods] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(methods))
      if (operation.operationId === operationId) return { method, path, operation }
  throw new Error(`the document has no operation ${operationId}`)
}

function addressOf(
  { document, origin }: Api,
  { path }: Place,
  params: Record<string, string>,
  query: Record<string, string>,
): URL {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  const address = new URL(`${document.servers[0].url}${filled}`, origin)
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value)
  return address
}

function check({ schemas }: Api, { method, path, operation }: Place, response: Response, body: unknown): void {
  const { status } = response
  const mediaType = response.headers.get('content-type')?.split(';')[0] ?? ''
  const where = `${method} ${path} ${status} ${mediaType}`
  const described = operation.responses[String(status)]
  if (described === undefined) throw new Error(`${where} is not in the document: ${JSON.stringify(body)}`)
  if (described.content === undefined && body === undefined) return
  if (described.content?.[mediaType] === undefined)
    throw new Error(`${where}: the document has ${Object.keys(described.content ?? {}).join(', ')}`)
  const pointer = ['paths', path, method, 'responses', String(status), 'content', mediaType, 'schema']
  const validate = schemas.getSchema(`openapi#/${pointer.map(escaped).join('/')}`) as ValidateFunction
  if (!validate(body)) throw new Error(`${where} breaks its schema: ${schemas.errorsText(validate.errors)}`)
}

/** As part of a JSON pointer in a URI fragment. */
const escaped = (name: string) => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))

async function* eventsIn(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<ServerEvent> {
  let text = ''
  try {
    for await (const chunk of body.pipeThrough<string>(
      new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>,
    )) {
      text += chunk
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        const lines = block.split('\n').map((line) => [line.split(':')[0], line.slice(line.indexOf(':') + 1).trim()])
        const { event = 'message', id = '', data } = Object.fromEntries(lines) as Record<string, string | undefined>
        if (data !== undefined) yield { event, id, data: JSON.parse(data) }
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
