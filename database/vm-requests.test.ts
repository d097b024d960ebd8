import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { listApprovals, requestCountsOf } from './approvals.ts'
import { listAudit } from './audit-entries.ts'
import { offeredItems } from './catalog-items.ts'
import { policiesNow } from './policies.ts'
import { configuredSites } from './sites.ts'
import { earlierSshKeys } from './ssh-keys.ts'
import { findVmRequest, listVmRequests, type VmRequestFilter } from './vm-requests.ts'
import { aKey, aRequest, aRun, handOver, openWorld, type World } from './testing/world.ts'
import type { Visibility } from './visibility.ts'

let world: World
let doras: string[]
let dans: string

beforeAll(async () => {
  world = await openWorld({ quotas: [] })
  doras = []
  for (const purpose of ['one', 'two 50%', 'three', 'four', 'five']) doras.push(await aRequest(world, { purpose }))
  dans = await aRequest(world, {
    ownerId: 'dan',
    requesterId: 'dan',
    teamId: 'data',
    purpose: 'one for dan',
    name: 'dans-vm',
  })
})
afterAll(() => world.close())

async function listed(filter: VmRequestFilter, visibility: Visibility = 'all'): Promise<string[]> {
  const page = await listVmRequests(world.database, filter, visibility, { limit: 100 })
  return page?.items.map(({ id }) => id) ?? []
}

describe('the list of requests', () => {
  test('comes newest first in pages that neither repeat nor miss any, even if one is added meanwhile', async () => {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await listVmRequests(world.database, { teamId: 'web' }, 'all', {
        limit: 2,
        ...(cursor !== undefined && { cursor }),
      })
      seen.push(...(page?.items.map(({ id }) => id) ?? []))
      cursor = page?.nextCursor ?? undefined
      if (seen.length === 2) await aRequest(world, { purpose: 'added' })
    } while (cursor !== undefined)
    expect(seen).toEqual(doras.toReversed())
  })

  test('is undefined for a cursor that nobody was given', async () => {
    await expect(listVmRequests(world.database, {}, 'all', { limit: 2, cursor: 'made up' })).resolves.toBeUndefined()
  })

  test('knows nothing by what is no id', async () => {
    await expect(findVmRequest(world.database, 'not-an-id', 'all')).resolves.toBeUndefined()
  })

  test('can be narrowed', async () => {
    expect(await listed({ ownerId: 'dan' })).toEqual([dans])
    expect(await listed({ teamId: 'data', state: ['validating'] })).toEqual([dans])
    expect(await listed({ teamId: 'data', state: ['active', 'held'] })).toEqual([])
    expect(await listed({ siteId: 'elsewhere' })).toEqual([])
    expect(await listed({ q: 'DANS-V' })).toEqual([dans])
    expect(await listed({ q: dans })).toEqual([dans])
    expect(await listed({ q: '50%' })).toEqual([doras[1]])
    expect(await listed({ q: '%' })).toEqual([doras[1]])
    expect(await listed({ q: '_' })).toEqual([])
  })

  test('shows developers their own and their teams’ requests, and approvers what they are named in', async () => {
    const dan = { userId: 'dan', teamIds: ['data'] }
    expect(await listed({}, dan)).toEqual([dans])
    await expect(findVmRequest(world.database, doras[0] ?? '', dan)).resolves.toBeUndefined()
    expect(await listed({}, { userId: 'somebody', teamIds: ['web'] })).toEqual(await listed({ teamId: 'web' }))
    const id = await aRequest(world, { sizeId: 'large' })
    await world.records.openApprovals(id, new Date().toISOString())
    expect(await listed({}, { userId: 'april', teamIds: [] })).toEqual([id])
  })
})

describe('approvals', () => {
  test('wait for those who may decide, and are remembered for who decided', async () => {
    const id = await aRequest(world, { sizeId: 'large', purpose: 'to decide' })
    const { record } = await aRun(world, id)
    const [approval] = await world.records.openApprovals(id, '2020-01-01T00:00:00.000Z')
    await record({ state: 'awaitingApproval' })
    const waiting = async (userId: string) =>
      (await listApprovals(world.database, { userId, kind: 'waiting' }, { limit: 50 }))?.items.map(
        ({ request }) => request.id,
      ) ?? []
    expect((await waiting('april'))[0]).toBe(id)
    expect(await waiting('dora')).toEqual([])
    await record(
      { state: 'declined', decision: { approvalId: approval?.id ?? '', decision: 'declined', by: 'april' } },
      { by: 'april' },
    )
    expect(await waiting('april')).not.toContain(id)
    const decided = await listApprovals(world.database, { userId: 'april', kind: 'decided' }, { limit: 1 })
    expect(decided).toMatchObject({
      items: [{ approval: { decision: 'declined', byName: 'April' }, request: { id, endedBy: 'April' } }],
      nextCursor: null,
    })
    expect((await requestCountsOf(world.database, 'dora')).declined).toBe(1)
  })
})

describe('other lists', () => {
  test('the audit is read newest first, by who may see its requests', async () => {
    const mine = await listAudit(world.database, {}, { userId: 'dan', teamIds: [] }, { limit: 10 })
    expect(mine?.items).toMatchObject([{ requestId: dans, event: 'requested', byName: 'Dan', vmName: 'dans-vm' }])
    const all = await listAudit(world.database, {}, 'all', { limit: 3 })
    const next = await listAudit(world.database, {}, 'all', { limit: 3, cursor: all?.nextCursor ?? '' })
    expect(new Set([...(all?.items ?? []), ...(next?.items ?? [])].map(({ id }) => id)).size).toBe(6)
  })

  test('the catalog tells policy and how long a build usually takes', async () => {
    await handOver(await aRun(world, await aRequest(world)))
    const [item] = await offeredItems(world.database)
    expect(item).toMatchObject({
      item: { id: 'ubuntu' },
      policy: { graceSeconds: 600 },
      usuallyReadySeconds: expect.any(Number),
    })
    expect(await policiesNow(world.database)).toMatchObject([
      { id: 'default', values: { graceSeconds: 600, freeExtensions: 2 } },
    ])
  })

  test('sites tell how many requests are open, and keys of earlier requests are known', async () => {
    const [site] = await configuredSites(world.database)
    expect(site).toMatchObject({ id: 'site-1', heldRequests: 0 })
    expect(site?.openRequests).toBe((await listed({})).length - 1)
    expect(await earlierSshKeys(world.database, 'dora')).toEqual([aKey])
  })
})
