import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { applyConfiguration } from './apply-configuration.ts'
import { createVmRequest } from './create-vm-request.ts'
import { markStarted, pendingStarts, provisioningRequestOf } from './outbox.ts'
import { previewVmRequest } from './preview-vm-request.ts'
import { quotasOf } from './quotas.ts'
import {
  aConfiguration,
  anItem,
  aRequest,
  aRun,
  aWish,
  createdId,
  openWorld,
  siteId,
  type World,
} from './testing/world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld({
    quotas: [
      { teamId: 'web', limits: { vms: 1_000 } },
      { teamId: 'data', limits: { vms: 10, vCpu: 100 } },
    ],
  })
})
afterAll(() => world.close())

describe('creating a VM request', () => {
  test('stores what the workflow is given, with policy, rules and approval resolved', async () => {
    const id = await aRequest(world, { sizeId: 'large' })
    const request = await provisioningRequestOf(world.database, id)
    expect(request).toMatchObject({
      installationId: 'test',
      requestId: id,
      siteId,
      vmName: expect.stringMatching(/^web-\d{4}$/),
      specification: {
        ownerId: 'dora',
        teamId: 'web',
        catalogItemVersion: 1,
        customization: { sshUser: 'ubuntu', hostName: request.vmName },
      },
      specHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      rules: { datastores: ['fast', 'slow'] },
      addressIgnore: ['172.17.0.0/16'],
      policy: { graceSeconds: 600, freeExtensions: 2 },
      approval: { needed: true },
    })
  })

  test('leaves an order to start it, until it was started', async () => {
    const id = await aRequest(world)
    const ids = async () => (await pendingStarts(world.database, 1_000)).map(({ requestId }) => requestId)
    expect(await ids()).toContain(id)
    await markStarted(world.database, id)
    await markStarted(world.database, id)
    expect(await ids()).not.toContain(id)
  })

  test('the same key with the same body is the same request, however often and at once', async () => {
    const idempotency = { key: 'key-1', route: 'POST /vm-requests', body: { purpose: 'x', name: 'y' } }
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => createVmRequest(world.database, aWish({ idempotency }))))
    expect(new Set(outcomes.map(createdId)).size).toBe(1)
    expect(outcomes.filter((outcome) => outcome.outcome === 'created' && !outcome.replayed)).toHaveLength(1)
    const again = await createVmRequest(
      world.database,
      aWish({ idempotency: { ...idempotency, body: { name: 'y', purpose: 'x' } } }),
    )
    expect(again).toMatchObject({ outcome: 'created', replayed: true })
  })

  test('the same key with another body is refused, for another person it is another key', async () => {
    const idempotency = { key: 'key-2', route: 'POST /vm-requests', body: { purpose: 'one' } }
    const first = await aRequest(world, { idempotency })
    const other = { ...idempotency, body: { purpose: 'two' } }
    await expect(createVmRequest(world.database, aWish({ idempotency: other }))).resolves.toEqual({
      outcome: 'idempotencyKeyReused',
    })
    const theirs = await createVmRequest(
      world.database,
      aWish({ idempotency: other, ownerId: 'dan', requesterId: 'dan', teamId: 'data' }),
    )
    expect(createdId(theirs)).not.toBe(first)
  })

  test('a refused request leaves its key free', async () => {
    const idempotency = { key: 'key-3', route: 'POST /vm-requests', body: {} }
    await expect(createVmRequest(world.database, aWish({ idempotency, sizeId: 'huge' }))).resolves.toMatchObject({
      outcome: 'rejected',
    })
    await expect(createVmRequest(world.database, aWish({ idempotency }))).resolves.toMatchObject({
      outcome: 'created',
      replayed: false,
    })
  })

  test('says everything that is wrong at once, at the field that is wrong', async () => {
    const outcome = await createVmRequest(
      world.database,
      aWish({ sizeId: 'huge', leaseSeconds: 1, name: 'Not A Name' }),
    )
    expect(outcome).toMatchObject({
      outcome: 'rejected',
      refusals: [
        { code: 'sizeNotOffered', field: 'sizeId' },
        { code: 'leaseNotOffered', field: 'leaseSeconds' },
        { code: 'nameInvalid', field: 'name' },
      ],
    })
    await expect(createVmRequest(world.database, aWish({ catalogItemId: 'beos' }))).resolves.toMatchObject({
      outcome: 'rejected',
      refusals: [{ code: 'itemNotOffered', field: 'catalogItemId' }],
    })
  })

  test('sixty at once against a quota of ten: ten are created, and the rest is told the arithmetic', async () => {
    await applyConfiguration(world.database, aConfiguration({ quotas: [{ teamId: 'data', limits: { vms: 10 } }] }))
    const [before] = await quotasOf(world.database, ['data'])
    const free = 10 - (before?.lines[0]?.used ?? 0)
    const wish = aWish({ ownerId: 'dan', requesterId: 'dan', teamId: 'data' })
    const outcomes = await Promise.all(Array.from({ length: 60 }, () => createVmRequest(world.database, wish)))
    expect(outcomes.filter(({ outcome }) => outcome === 'created')).toHaveLength(free)
    const refused = outcomes.filter(({ outcome }) => outcome === 'quotaExceeded')
    expect(refused).toHaveLength(60 - free)
    expect(refused[0]).toMatchObject({
      lines: expect.arrayContaining([{ resource: 'vms', used: 10, requested: 1, limit: 10 }]),
    })
    const [after] = await quotasOf(world.database, ['data'])
    expect(after?.lines[0]).toMatchObject({ used: 10, limit: 10 })
  })
})

describe('names', () => {
  test('of many requests at once are all different and without gaps in between', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => aRequest(world)))
    const requests = await Promise.all(ids.map((id) => provisioningRequestOf(world.database, id)))
    expect(new Set(requests.map(({ vmName }) => vmName)).size).toBe(20)
  })

  test('asked for by two at once go to one', async () => {
    const outcomes = await Promise.all([1, 2, 3].map(() => createVmRequest(world.database, aWish({ name: 'wanted' }))))
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['created', 'nameTaken', 'nameTaken'])
  })

  test('are free again when the request has ended', async () => {
    const id = await aRequest(world, { name: 'short-lived' })
    const { record } = await aRun(world, id)
    await record({ state: 'rejected', reasons: ['no'] })
    await expect(createVmRequest(world.database, aWish({ name: 'short-lived' }))).resolves.toMatchObject({
      outcome: 'created',
    })
  })

  test('of a pattern step over one that somebody asked for', async () => {
    const preview = await previewVmRequest(world.database, aWish())
    const next = preview.outcome === 'preview' ? preview.preview.vmName : ''
    await aRequest(world, { name: next })
    const { vmName } = await provisioningRequestOf(world.database, await aRequest(world))
    expect(vmName).not.toBe(next)
    expect(vmName).toMatch(/^web-\d{4}$/)
  })
})

describe('the preview', () => {
  test('is what creating then does, and writes nothing', async () => {
    const wish = aWish({ sizeId: 'large' })
    const first = await previewVmRequest(world.database, wish)
    await expect(previewVmRequest(world.database, wish)).resolves.toEqual(first)
    if (first.outcome !== 'preview') throw new Error('refused')
    expect(first.preview).toMatchObject({ approval: { needed: true, approvers: ['april'] }, obstacles: [] })
    const request = await provisioningRequestOf(world.database, await aRequest(world, wish))
    expect(request.vmName).toBe(first.preview.vmName)
    expect(request.approval.reason).toBe(first.preview.approval.reason)
  })

  test('tells in the way: a name that is taken, nobody who could approve', async () => {
    await aRequest(world, { name: 'taken' })
    await applyConfiguration(world.database, aConfiguration({ catalogItems: [anItem({ approval: {} })], quotas: [] }))
    const preview = await previewVmRequest(
      world.database,
      aWish({ name: 'taken', ownerId: 'dan', requesterId: 'dan', teamId: 'data' }),
    )
    expect(preview).toMatchObject({
      preview: { obstacles: [expect.stringContaining('taken'), expect.stringContaining('Nobody')] },
    })
  })
})

describe('an item’s version', () => {
  test('that is replaced leaves earlier requests as they are, and one that is withdrawn is a reason to reject', async () => {
    const id = await aRequest(world)
    await applyConfiguration(
      world.database,
      aConfiguration({ catalogItems: [anItem({ version: 2, sshUser: 'other' })], quotas: [] }),
    )
    expect((await provisioningRequestOf(world.database, id)).specification.customization.sshUser).toBe('ubuntu')
    expect((await provisioningRequestOf(world.database, await aRequest(world))).specification.catalogItemVersion).toBe(
      2,
    )
    await expect(world.records.reasonsToReject(id)).resolves.toEqual([])
    await applyConfiguration(world.database, aConfiguration({ catalogItems: [anItem({ id: 'debian' })], quotas: [] }))
    await expect(world.records.reasonsToReject(id)).resolves.toEqual(['the catalog item is not offered: ubuntu'])
  })
})
