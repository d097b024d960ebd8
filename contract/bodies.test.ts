import { describe, expect, test } from '@jest/globals'
import { createVmRequest } from './create-vm-request.ts'
import { previewBody } from './preview.ts'
import { createToken } from './token.ts'
import { decisionBody, extendBody, operatorDecisionBody, reasonBody } from './vm-request-actions.ts'
import { vmRequestEventsQuery, vmRequestsQuery } from './vm-request-list.ts'

const key = `ssh-ed25519 ${btoa(`\0\0\0\x0bssh-ed25519\0\0\0\x20${'k'.repeat(32)}`)} dana@laptop`
const good = {
  catalogItemId: 'ubuntu-24-04',
  sizeId: 'small',
  leaseSeconds: 3_600,
  purpose: 'Test the release candidate',
  sshPublicKeys: [key],
}

const wrongIn = (
  schema: { safeParse(value: unknown): { error?: { issues: { path: PropertyKey[] }[] } | undefined } },
  value: unknown,
) => schema.safeParse(value).error?.issues.map(({ path }) => path.join('.'))

describe('a new VM request', () => {
  test('is taken as it is, with the purpose trimmed', () => {
    expect(createVmRequest.parse({ ...good, purpose: '  why  ', name: 'my-vm', teamId: 'platform' })).toEqual({
      ...good,
      purpose: 'why',
      name: 'my-vm',
      teamId: 'platform',
    })
  })

  test.each([
    { name: 'no body', body: undefined, paths: [''] },
    { name: 'an unknown key', body: { ...good, hostname: 'x' }, paths: [''] },
    { name: 'a lease in words', body: { ...good, leaseSeconds: '3600' }, paths: ['leaseSeconds'] },
    { name: 'a broken lease', body: { ...good, leaseSeconds: 1.5 }, paths: ['leaseSeconds'] },
    { name: 'no lease', body: { ...good, leaseSeconds: 0 }, paths: ['leaseSeconds'] },
    { name: 'a blank purpose', body: { ...good, purpose: '   ' }, paths: ['purpose'] },
    { name: 'too long a purpose', body: { ...good, purpose: 'x'.repeat(501) }, paths: ['purpose'] },
    { name: 'no key', body: { ...good, sshPublicKeys: [] }, paths: ['sshPublicKeys'] },
    { name: 'eleven keys', body: { ...good, sshPublicKeys: Array(11).fill(key) }, paths: ['sshPublicKeys'] },
    { name: 'a key that is none', body: { ...good, sshPublicKeys: [key, 'hello'] }, paths: ['sshPublicKeys.1'] },
    { name: 'a name with a dot', body: { ...good, name: 'my.vm' }, paths: ['name'] },
    { name: 'null for a name', body: { ...good, name: null }, paths: ['name'] },
    {
      name: 'everything wrong',
      body: { sshPublicKeys: 'x' },
      paths: ['catalogItemId', 'sizeId', 'leaseSeconds', 'purpose', 'sshPublicKeys'],
    },
  ])('with $name is refused with every issue', ({ body, paths }) => {
    expect(wrongIn(createVmRequest, body)).toEqual(paths)
  })

  test('says what is wrong with a key', () => {
    const parsed = createVmRequest.safeParse({ ...good, sshPublicKeys: [`no-pty ${key}`] })
    expect(parsed.error?.issues[0]?.message).toContain('options before the key')
  })

  test('can be previewed before purpose and key are there', () => {
    const { purpose, sshPublicKeys, ...begun } = good
    expect(previewBody.safeParse(begun).success).toBe(true)
    expect(previewBody.safeParse({ ...begun, purpose, sshPublicKeys }).success).toBe(true)
  })
})

describe('what people do to a VM request', () => {
  test.each([
    { schema: decisionBody, body: { decision: 'approved' } },
    { schema: decisionBody, body: { decision: 'declined', reason: 'too large', approvalId: 'a' } },
    { schema: extendBody, body: { leaseSeconds: 60 } },
    { schema: reasonBody, body: {} },
    { schema: operatorDecisionBody, body: { step: 'clone', attempt: 2, action: 'retry' } },
    { schema: operatorDecisionBody, body: { step: 'warn', attempt: 1, action: 'skip', reason: 'told by phone' } },
    { schema: createToken, body: { name: 'ci', expiresInSeconds: 3_600 } },
  ])('$body is taken', ({ schema, body }) => {
    expect(schema.parse(body)).toEqual(body)
  })

  test.each([
    { schema: decisionBody, body: { decision: 'maybe' } },
    { schema: decisionBody, body: { decision: 'declined', reason: 'x'.repeat(1_001) } },
    { schema: extendBody, body: { leaseSeconds: -60 } },
    { schema: extendBody, body: {} },
    { schema: reasonBody, body: { because: 'x' } },
    { schema: operatorDecisionBody, body: { step: 'dance', attempt: 1, action: 'retry' } },
    { schema: operatorDecisionBody, body: { step: 'clone', action: 'retry' } },
    { schema: createToken, body: { name: '', expiresInSeconds: 3_600 } },
    { schema: createToken, body: { name: 'ci', expiresInSeconds: 1e12 } },
  ])('$body is refused', ({ schema, body }) => {
    expect(schema.safeParse(body).success).toBe(false)
  })
})

describe('what a list is asked', () => {
  test.each([
    { query: {}, parsed: { limit: 50 } },
    { query: { limit: '10', cursor: 'x' }, parsed: { limit: 10, cursor: 'x' } },
    { query: { state: 'active' }, parsed: { state: ['active'], limit: 50 } },
    { query: { state: 'active,held' }, parsed: { state: ['active', 'held'], limit: 50 } },
    {
      query: { state: ['active', 'held'], owner: 'me' },
      parsed: { state: ['active', 'held'], owner: 'me', limit: 50 },
    },
  ])('$query means $parsed', ({ query, parsed }) => {
    expect(vmRequestsQuery.parse(query)).toEqual(parsed)
  })

  test.each([{ limit: '0' }, { limit: '201' }, { limit: 'x' }, { state: 'asleep' }, { state: '' }, { colour: 'red' }])(
    '%j is refused',
    (query) => {
      expect(vmRequestsQuery.safeParse(query).success).toBe(false)
    },
  )

  test('events have the same filters and no pages', () => {
    expect(vmRequestEventsQuery.parse({ state: 'held' })).toEqual({ state: ['held'] })
    expect(vmRequestEventsQuery.safeParse({ limit: '10' }).success).toBe(false)
  })
})
