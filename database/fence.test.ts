import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { verifyAudit } from './verify-audit.ts'
import { aHold, aRequest, aRun, eventsOf, handOver, openWorld, viewed, vmsUsedBy, type World } from './testing/world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld({
    quotas: [
      { teamId: 'web', limits: { vms: 100 } },
      { teamId: 'data', limits: { vms: 1 } },
    ],
  })
})
afterAll(() => world.close())

describe('the fence between runs', () => {
  test('an older run is stale, for every kind of write', async () => {
    const id = await aRequest(world)
    const old = await aRun(world, id)
    await aRun(world, id)
    await expect(world.records.openRun(old.run)).rejects.toMatchObject({ code: 'staleRun' })
    await expect(old.record({ state: 'provisioning' })).rejects.toMatchObject({ code: 'staleRun' })
    expect(await viewed(world, id)).toMatchObject({ state: 'validating' })
  })

  test('the first run and one that continues another leave no trace, any other is audited as reopened', async () => {
    const id = await aRequest(world)
    const first = await aRun(world, id)
    const second = await aRun(world, id, { continuedFrom: first.run.runId })
    expect(await eventsOf(world, id)).toEqual(['requested'])
    await aRun(world, id, { continuedFrom: first.run.runId })
    expect(await eventsOf(world, id)).toEqual(['requested', 'reopened'])
    await expect(second.record({ state: 'provisioning' })).rejects.toMatchObject({ code: 'staleRun' })
  })

  test('an unknown run that records takes over, writes nothing else, and is answered with the facts, also when it asks again', async () => {
    const id = await aRequest(world)
    await handOver(await aRun(world, id))
    const run = { requestId: id, runId: randomUUID() }
    const transition = {
      requestId: id,
      n: 5,
      at: new Date().toISOString(),
      by: 'berth',
      event: 'cloning',
      change: { step: { name: 'clone' as const, state: 'running' as const, attempt: 1 } },
      notices: [],
    }
    for (const time of ['first', 'again']) {
      const answer = await world.records.recordTransition(run, transition)
      expect({ time, state: answer.facts?.state }).toEqual({ time, state: 'active' })
    }
    expect((await viewed(world, id)).steps.find(({ name }) => name === 'clone')).toMatchObject({ state: 'done' })
    expect((await eventsOf(world, id)).filter((event) => event === 'reopened')).toHaveLength(1)
    await expect(world.records.recordTransition(run, { ...transition, n: 6, change: {} })).resolves.toEqual({})
  })

  test('of runs that open at once the last one wins and the others are stale', async () => {
    const id = await aRequest(world)
    const runs = Array.from({ length: 6 }, () => ({ requestId: id, runId: randomUUID() }))
    await Promise.all(runs.map((run) => world.records.openRun(run)))
    const again = await Promise.allSettled(runs.map((run) => world.records.openRun(run)))
    expect(again.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })
})

describe('reopening', () => {
  const failedRequest = async (teamId = 'web', ownerId = 'dora') => {
    const id = await aRequest(world, { teamId, ownerId, requesterId: ownerId })
    const { record } = await aRun(world, id)
    await record({ state: 'provisioning' })
    await record({ state: 'held', hold: aHold })
    await record({ state: 'retiring', retireTo: 'failed', reasons: ['given up'] })
    await record({ state: 'failed' })
    return id
  }

  test('a failed request takes quota and name again and starts a new round', async () => {
    const id = await failedRequest()
    const before = await vmsUsedBy(world, 'web')
    const { opened } = await aRun(world, id)
    expect(opened).toMatchObject({ state: 'validating', round: 2 })
    expect(opened.hold ?? opened.retireTo ?? opened.reasons).toBeUndefined()
    expect(opened.steps.filter(({ round }) => round === 2).map(({ state }) => state)).toEqual([
      'waiting',
      'waiting',
      'waiting',
      'waiting',
    ])
    expect(await vmsUsedBy(world, 'web')).toBe(before + 1)
    const shown = await viewed(world, id)
    expect(shown.closedAt).toBeUndefined()
    expect(await verifyAudit(world.database, id)).toEqual([])
  })

  test('a failed request that was approved goes on to be built', async () => {
    const id = await aRequest(world, { sizeId: 'large' })
    const { record } = await aRun(world, id)
    const [approval] = await world.records.openApprovals(id, new Date().toISOString())
    await record({ state: 'awaitingApproval' })
    await record(
      { state: 'provisioning', decision: { approvalId: approval?.id ?? '', decision: 'approved', by: 'april' } },
      { by: 'april' },
    )
    await record({ state: 'retiring', retireTo: 'failed' })
    await record({ state: 'failed' })
    const { opened } = await aRun(world, id)
    expect(opened).toMatchObject({ state: 'provisioning', approvals: [{ decision: 'approved', by: 'april' }] })
  })

  test('is refused when the quota is gone, or the name, and nothing has changed then', async () => {
    const id = await failedRequest('data', 'dan')
    const { vmName } = await viewed(world, id)
    await aRequest(world, { teamId: 'data', ownerId: 'dan', requesterId: 'dan' })
    await expect(aRun(world, id)).rejects.toMatchObject({ code: 'quotaExceeded' })
    expect(await viewed(world, id)).toMatchObject({ state: 'failed' })
    const other = await failedRequest()
    await aRequest(world, { name: (await viewed(world, other)).vmName })
    await expect(aRun(world, other)).rejects.toMatchObject({ code: 'nameTaken' })
    expect(vmName).toBeDefined()
  })

  test('a request that ended otherwise stays ended', async () => {
    const id = await aRequest(world)
    const { record } = await aRun(world, id)
    await record({ state: 'rejected', reasons: ['no'] })
    const { opened } = await aRun(world, id)
    expect(opened).toMatchObject({ state: 'rejected', reasons: ['no'] })
    expect(await viewed(world, id)).toMatchObject({ state: 'rejected', closedAt: expect.any(String) })
  })
})
