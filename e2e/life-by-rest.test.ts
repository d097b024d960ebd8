import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { until } from '@berth/testing/until.ts'
import type { DemoPerson } from '@berth/testing/run-file.ts'
import { invariantsHold } from './invariants-hold.ts'
import { openApiClients, type Answer, type OpenApiClient, type ServerEvent } from './open-api-client.ts'
import { runningBerth, type RunningBerth } from './running-berth.ts'
import { newKeyPair, sshRun } from './ssh-login.ts'

const key = newKeyPair('rest@laptop')
const wish = {
  catalogItemId: 'debian-13',
  sizeId: 'small',
  leaseSeconds: 60,
  purpose: 'By REST alone',
  sshPublicKeys: [key.publicKey],
}

let berth: RunningBerth
let clients: Awaited<ReturnType<typeof openApiClients>>
let developer: OpenApiClient
let approver: OpenApiClient
/** Made first: its lease and its grace run out while the other tests go on. */
let shortLived: { id: string; vmName: string }

const as = (person: DemoPerson): OpenApiClient => clients(berth.run.tokens[person])

const create = async (changes: object = {}, by = developer) => {
  const { status, body } = await by.call('createVmRequest', { body: { ...wish, ...changes } })
  expect([status, body.code]).toEqual([201, undefined])
  return body as { id: string; vmName: string; version: number }
}

const on = (id: string, body: unknown = {}) => ({ params: { id }, body })

const reaches = (id: string, state: string, withinSeconds = 60): Promise<Answer['body']> =>
  until(
    `request ${id} to be ${state}`,
    async () => {
      const { body } = await developer.call('getVmRequest', { params: { id } })
      if (body.state === state) return body
      throw new Error(`it is ${body.state}: ${JSON.stringify(body.hold ?? body.waitingFor)}`)
    },
    withinSeconds,
  )

const refused = ({ status, body }: Answer) => [status, body.code]

beforeAll(async () => {
  berth = await runningBerth()
  clients = await openApiClients(berth.run.apiUrl)
  developer = as('developer')
  approver = as('approver')
  shortLived = await create({ purpose: 'To its very end' })
})

afterAll(async () => {
  await berth?.close()
})

describe('before anything is made', () => {
  test('a preview tells name, quota, approval and lease, and reserves nothing', async () => {
    const preview = (sizeId: string) => developer.call('previewVmRequest', { body: { ...wish, sizeId } })
    const small = (await preview('small')).body
    expect(small).toMatchObject({ approval: { needed: false }, leaseEndsAfterSeconds: 60 })
    const medium = (await preview('medium')).body
    expect(medium).toMatchObject({ approval: { needed: true, approvers: ['approver', 'developer2'] } })
    expect(medium.approval.reason).toMatch(/medium/)
    expect(medium.quota).toContainEqual(expect.objectContaining({ resource: 'vCpu', requested: 2, limit: 120 }))
    expect(medium.vmName).toBe(small.vmName)
  })

  test('bad input is refused with every issue, each with its path', async () => {
    const { status, body } = await developer.call('createVmRequest', {
      body: { catalogItemId: 'debian-13', sizeId: 7, leaseSeconds: -1, sshPublicKeys: ['hello'], colour: 'red' },
    })
    expect([status, body.code]).toEqual([400, 'malformed'])
    const paths = body.issues.map(({ path }: { path: string }) => path)
    for (const path of ['body.sizeId', 'body.leaseSeconds', 'body.purpose', 'body.sshPublicKeys.0'])
      expect(paths).toContain(path)
    expect(JSON.stringify(body.issues)).toMatch(/colour/)
  })

  test('what breaks a rule of the catalog is refused the same way', async () => {
    const { status, body } = await developer.call('createVmRequest', {
      body: { ...wish, sizeId: 'gigantic', leaseSeconds: 5 },
    })
    expect([status, body.code]).toEqual([400, 'malformed'])
    expect(body.issues.map(({ path, code }: { path: string; code: string }) => [path, code])).toEqual(
      expect.arrayContaining([
        ['body.sizeId', 'sizeNotOffered'],
        ['body.leaseSeconds', 'leaseNotOffered'],
      ]),
    )
  })

  test('what is no JSON, or no known address, is refused', async () => {
    expect(refused(await developer.call('createVmRequest', { body: '{ "catalogItemId": ' }))).toEqual([
      400,
      'malformed',
    ])
    const text = { body: 'hello', headers: { 'content-type': 'text/plain' } }
    expect(refused(await developer.call('createVmRequest', text))).toEqual([415, 'unsupportedMediaType'])
    expect(refused(await developer.call('getVmRequest', { params: { id: 'seven' } }))).toEqual([400, 'malformed'])
    expect(refused(await developer.call('getVmRequest', { params: { id: randomUUID() } }))).toEqual([404, 'notFound'])
  })

  test('a stranger and a wrong token are told to sign in', async () => {
    expect(refused(await clients().call('listVmRequests'))).toEqual([401, 'unauthenticated'])
    expect(refused(await clients('berth_pat_nobody').call('getMe'))).toEqual([401, 'unauthenticated'])
  })

  test('more than the quota is refused with the arithmetic', async () => {
    const answer = await developer.call('createVmRequest', { body: { ...wish, sizeId: 'beyond-quota' } })
    expect(refused(answer)).toEqual([409, 'quotaExceeded'])
    expect(answer.body.arithmetic).toContainEqual(
      expect.objectContaining({ resource: 'vCpu', requested: 128, limit: 120 }),
    )
  })

  test('people do only what their role allows', async () => {
    const body = wish
    expect(refused(await as('auditor').call('createVmRequest', { body }))).toEqual([403, 'forbidden'])
    expect(refused(await developer.call('listAudit'))).toEqual([403, 'forbidden'])
    expect(refused(await developer.call('listFindings'))).toEqual([403, 'forbidden'])
    expect(refused(await as('auditor').call('releaseVm', on(shortLived.id)))).toEqual([403, 'forbidden'])
    expect(refused(await as('developer2').call('cancelRequest', on(shortLived.id)))).toEqual([403, 'forbidden'])
  })
})

test('the same key makes one request, another body with it is refused', async () => {
  const headers = { 'Idempotency-Key': randomUUID() }
  const body = { ...wish, sizeId: 'medium' }
  const first = await developer.call('createVmRequest', { body, headers })
  const again = await developer.call('createVmRequest', { body, headers })
  expect([first.status, again.status, again.body.id]).toEqual([201, 200, first.body.id])
  const other = await developer.call('createVmRequest', { body: { ...body, purpose: 'Another' }, headers })
  expect(refused(other)).toEqual([422, 'idempotencyKeyReused'])

  await reaches(first.body.id, 'awaitingApproval')
  const cancelled = await developer.call('cancelRequest', on(first.body.id, { reason: 'Not needed' }))
  expect([cancelled.status, cancelled.body.state]).toEqual([200, 'cancelled'])
  const late = await developer.call('cancelRequest', on(first.body.id))
  expect([...refused(late), late.body.state]).toEqual([409, 'actionNotAllowed', 'cancelled'])
  expect(late.body.allowedIn).toContain('awaitingApproval')
})

test('a name is free again only when its VM has ended', async () => {
  const name = `rest-${randomUUID().slice(0, 8)}`
  const { id, vmName } = await create({ sizeId: 'medium', name })
  expect(vmName).toBe(name)
  expect(refused(await developer.call('createVmRequest', { body: { ...wish, name } }))).toEqual([409, 'nameTaken'])
  await reaches(id, 'awaitingApproval')
  await developer.call('cancelRequest', on(id))
  const second = await create({ sizeId: 'medium', name })
  await reaches(second.id, 'awaitingApproval')
  expect((await as('operator').call('cancelRequest', on(second.id))).body.state).toBe('cancelled')
})

test('an approver declines with a reason; nobody decides about an own request or twice', async () => {
  const own = await create({ sizeId: 'medium' }, as('developer2'))
  await until('the approval to be open', async () => {
    const { body } = await approver.call('listApprovals', { query: { limit: '200' } })
    return body.items.some(({ request }: { request: { id: string } }) => request.id === own.id)
  })
  const approved = { decision: 'approved' }
  expect(refused(await as('developer2').call('decideApproval', on(own.id, approved)))).toEqual([403, 'ownRequest'])
  expect(refused(await as('operator').call('decideApproval', on(own.id, approved)))).toEqual([403, 'forbidden'])
  const declined = await approver.call('decideApproval', on(own.id, { decision: 'declined', reason: 'Too dear' }))
  expect([declined.status, declined.body.state]).toEqual([200, 'declined'])
  expect(declined.body.approvals[0]).toMatchObject({ decision: 'declined', by: 'approver', reason: 'Too dear' })
  const late = await approver.call('decideApproval', on(own.id, approved))
  expect(late.status).toBe(409)
  expect(['staleDecision', 'actionNotAllowed']).toContain(late.body.code)
  const mine = await approver.call('listApprovals', { query: { decidedBy: 'me' } })
  expect(mine.body.items.map(({ request }: { request: { id: string } }) => request.id)).toContain(own.id)
})

test('events tell every change of a request, and resume where they were left', async () => {
  const { id } = await create({ sizeId: 'medium' })
  await reaches(id, 'awaitingApproval')
  const stop = new AbortController()
  const seen: ServerEvent[] = []
  const watching = (async () => {
    for await (const event of developer.events('watchVmRequest', { params: { id }, signal: stop.signal })) {
      seen.push(event)
      if (event.data.state === 'active') stop.abort()
    }
  })()
  await until('the first event', async () => seen.length > 0)
  expect((await approver.call('decideApproval', on(id, { decision: 'approved' }))).status).toBe(200)
  await watching
  const versions = seen.map((event) => Number(event.id))
  expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b))
  expect(seen.map(({ event }) => event)).toEqual(seen.map(() => 'vm-request'))
  expect(seen.map(({ data }) => data.state)).toEqual(
    expect.arrayContaining(['awaitingApproval', 'provisioning', 'active']),
  )

  const again = new AbortController()
  const headers = { 'Last-Event-ID': seen[0]?.id ?? '' }
  for await (const event of developer.events('watchVmRequest', { params: { id }, headers, signal: again.signal })) {
    expect(event.data.id).toBe(id)
    expect(Number(event.id)).toBeGreaterThan(Number(seen[0]?.id))
    if (event.data.state === 'active') again.abort()
  }
  const list = new AbortController()
  const watched = developer.events('watchVmRequests', { query: { owner: 'me' }, signal: list.signal })
  const next = watched.next()
  await developer.call('releaseVm', on(id))
  expect((await next).value).toMatchObject({ event: 'vm-request', id: expect.stringMatching(/^\d+$/) })
  list.abort()
})

test('a VM is handed over, extended as far as the policy goes, released, restored and released again', async () => {
  const { id, vmName } = await create({ catalogItemId: 'debian-brief' })
  expect(refused(await developer.call('restoreVm', on(id)))).toEqual([409, 'actionNotAllowed'])
  const active = await reaches(id, 'active')
  expect(active.steps.map(({ name, state }: { name: string; state: string }) => [name, state])).toEqual(
    expect.arrayContaining([
      ['place', 'done'],
      ['clone', 'done'],
      ['powerOn', 'done'],
      ['waitForIp', 'done'],
    ]),
  )
  const { user, host, port } = active.ssh
  expect(await sshRun({ user, host, port }, key, 'hostname')).toBe(vmName)

  const extend = (leaseSeconds: number) => developer.call('extendLease', on(id, { leaseSeconds }))
  const first = await extend(60)
  expect([first.status, first.body.cappedBy]).toEqual([200, null])
  expect(Date.parse(first.body.leaseEndsAt) - Date.parse(active.leaseEndsAt)).toBe(60_000)
  const second = await extend(600)
  expect(second.body.cappedBy).toBe('total')
  expect(second.body.leaseEndsAt).toBe(second.body.request.leaseEndsAt)
  expect(Date.parse(second.body.leaseEndsAt) - Date.parse(active.handedOverAt)).toBe(300_000)
  expect(refused(await extend(60))).toEqual([409, 'extensionNeedsApproval'])

  const cancel = await developer.call('cancelRequest', on(id))
  expect([...refused(cancel), cancel.body.state]).toEqual([409, 'actionNotAllowed', 'active'])
  const released = await developer.call('releaseVm', on(id, { reason: 'Done' }))
  expect(released.status).toBe(200)
  // A state changes when its step is done: the answer shows the power-off under way, or done.
  await reaches(id, 'released')
  expect((await developer.call('restoreVm', on(id))).status).toBe(200)
  await reaches(id, 'active')
  expect((await developer.call('releaseVm', on(id))).status).toBe(200)
  await reaches(id, 'released')
})

test('a lease is cut at what one grant may be', async () => {
  const { id } = await create()
  await reaches(id, 'active')
  const { body } = await developer.call('extendLease', on(id, { leaseSeconds: 31 * 86_400 }))
  expect(body.cappedBy).toBe('perGrant')
  await developer.call('releaseVm', on(id))
})

test('what is held waits for an operator, whose decision must be about this very hold', async () => {
  const { id } = await create({ catalogItemId: 'never-built' })
  const { hold } = await reaches(id, 'held')
  expect(hold).toMatchObject({ heldFrom: 'provisioning', step: 'place', code: 'templateMissing' })
  expect(hold.message).toMatch(/never-built/)
  const { step, attempt } = hold
  const decide = (action: string, of = attempt, by = as('operator')) =>
    by.call('operatorDecision', on(id, { step, attempt: of, action }))
  expect(refused(await decide('retry', attempt, developer))).toEqual([403, 'forbidden'])
  expect(refused(await decide('retry', attempt + 7))).toEqual([409, 'staleDecision'])
  expect(refused(await decide('skip'))).toEqual([409, 'actionNotAllowed'])
  const overrides = await as('operator').call(
    'operatorDecision',
    on(id, { step, attempt, action: 'retry', overrides: { datastore: 'of-somebody-else' } }),
  )
  expect(overrides.status).toBe(400)
  expect((await decide('abort')).status).toBe(200)
  expect((await reaches(id, 'failed')).reasons.join()).toMatch(/template/)
})

test('lists come in pages, and filters narrow them', async () => {
  const page = (query: Record<string, string>) => developer.call('listVmRequests', { query: { owner: 'me', ...query } })
  const all = (await page({ limit: '200' })).body.items.map(({ id }: { id: string }) => id)
  const ids: string[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const { body } = await page({ limit: '3', ...(cursor !== undefined && { cursor }) })
    expect(body.items.length).toBeLessThanOrEqual(3)
    ids.push(...body.items.map(({ id }: { id: string }) => id))
    cursor = body.nextCursor
  }
  expect(ids.filter((id) => all.includes(id))).toEqual(all)
  expect(refused(await page({ cursor: 'nonsense' }))).toEqual([400, 'malformed'])
  const cancelled = (await page({ state: 'cancelled' })).body.items
  expect(new Set(cancelled.map(({ state }: { state: string }) => state))).toEqual(new Set(['cancelled']))
  const found = (await page({ q: shortLived.vmName })).body.items
  expect(found.map(({ id }: { id: string }) => id)).toEqual([shortLived.id])
})

test('what else there is to read keeps to the document', async () => {
  for (const operation of ['listCatalogItems', 'listSites', 'listQuotas', 'listPolicies', 'getMe', 'listApprovals'])
    expect([operation, (await developer.call(operation)).status]).toEqual([operation, 200])
  for (const operation of ['listAudit', 'listFindings', 'listNotices', 'listVmRequests', 'listQuotas'])
    expect([operation, (await as('auditor').call(operation)).status]).toEqual([operation, 200])
  const audit = await developer.call('listVmRequestAudit', { params: { id: shortLived.id } })
  expect(audit.body.items[0]).toMatchObject({ event: 'requested', by: 'developer' })
})

test('a token of one’s own works until it is revoked', async () => {
  const made = await developer.call('createToken', { body: { name: 'e2e' } })
  expect(made.status).toBe(201)
  const script = clients(made.body.token)
  expect((await script.call('getMe')).body.userId).toBe('developer')
  expect((await developer.call('deleteToken', { params: { id: made.body.id } })).status).toBe(204)
  expect(refused(await script.call('getMe'))).toEqual([401, 'unauthenticated'])
})

test('a lease that nobody extends ends in power-off, grace and destruction', async () => {
  const { id } = shortLived
  const { destroyedAt, steps } = await reaches(id, 'retired', 150)
  expect(steps.map(({ name, state }: { name: string; state: string }) => [name, state])).toContainEqual([
    'destroy',
    'done',
  ])
  expect(Date.parse(destroyedAt)).toBeLessThanOrEqual(Date.now())
  expect((await developer.call('getVmRequest', { params: { id } })).body.actions).toEqual([])
})

test('the invariants hold at the end', async () => {
  await invariantsHold(berth)
})
