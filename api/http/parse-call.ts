import type { Request } from 'express'
import type { $ZodIssue } from 'zod/v4/core'
import type { EndpointBody, EndpointParams, ParsedQuery, Endpoint } from '@berth/contract/endpoints.ts'
import type { EndpointName } from '@berth/contract/paths.ts'
import type { Issue } from '@berth/contract/problem.ts'
import { unstorableTexts } from '@berth/contract/unstorable-texts.ts'
import { Problem } from '../problems.ts'

/** A call as the contract has it. */
export interface Call<Name extends EndpointName> {
  params: EndpointParams<Name>
  query: ParsedQuery<Name>
  body: EndpointBody<Name>
  /** Chosen by the client to make repeating harmless. */
  idempotencyKey: string | undefined
}

const longestKey = 200

/** Checks everything that was sent and refuses with everything that is wrong. */
export function parseCall<Name extends EndpointName>(endpoint: Endpoint, request: Request): Call<Name> {
  const issues: Issue[] = []
  const part = (where: string, schema: Endpoint['body'], sent: unknown): unknown => {
    issues.push(...unstorableTexts(sent, [where]).map(({ path, message }) => ({ path: path.join('.'), message })))
    const parsed = schema?.safeParse(sent)
    if (parsed?.success === false) issues.push(...parsed.error.issues.flatMap((issue) => issuesOf(where, issue)))
    return parsed?.data
  }
  const params = part('path', endpoint.params, request.params)
  const query = part('query', endpoint.query, request.query)
  const body = part('body', endpoint.body, endpoint.body && sentBody(request))
  const idempotencyKey = request.get('idempotency-key')
  if (idempotencyKey !== undefined && !(idempotencyKey.length > 0 && idempotencyKey.length <= longestKey))
    issues.push({ path: 'header.Idempotency-Key', message: `must have 1 to ${longestKey} characters` })
  if (issues.length > 0) throw Problem.malformed(issues)
  return { params, query, body, idempotencyKey } as Call<Name>
}

function sentBody(request: Request): unknown {
  const hasBody = request.get('transfer-encoding') !== undefined || Number(request.get('content-length') ?? 0) > 0
  if (!hasBody) return {}
  if (!request.is('application/json')) throw Problem.unsupportedMediaType()
  return request.body as unknown
}

function issuesOf(where: string, issue: $ZodIssue): Issue[] {
  const path = [where, ...issue.path.map(String)].join('.')
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: `${path}.${key}`, message: 'is not known' }))
  return [{ path, message: issue.message }]
}
