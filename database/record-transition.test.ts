import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Hold } from '@berth/domain/facts.ts'
import { quotasOf } from './quotas.ts'
import { findVmRequest } from './vm-requests.ts'
import { verifyAudit } from './verify-audit.ts'
import { aRequest, aRun, handOver, openWorld, type World } from './testing/world.ts'

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

const hold: Hold = {
  heldFrom: 'provisioning',
  step: 'place',
  attempt: 1,
  code: 'datastoreFull',
  message: 'no room',
  actions: ['retry', 'abort'],
}

const eventsOf = async (requestId: string): Promise<string[]> => {
  const { rows } = await world.database.pool.query<{ event: string }>(
    'select event from audit_entries where request_id = $1 order by seq',
    [requestId],
  )
  return rows.map(({ event }) => event)
}
const view = async (id: string) => {
  const found = await findVmRequest(world.database, id, 'all')
  if (found === undefined) throw new Error(`no request ${id}`)
  return found
}
const usedBy = async (teamId: string) => (await quotasOf(world.database, [teamId]))[0]?.lines[0]?.used

describe('a life', () => {
  test('is shown as it is recorded, and its facts are what the next run starts with', async () => {
    const id = await aRequest(world)
    const run = await aRun(world, id)
    expect(run.opened).toMatchObject({ state: 'validating', round: 1, extensions: 0, approvals: [], warnings: [] })
    expect(run.opened.steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'place waiting',
      'clone waiting',
      'powerOn waiting',
      'waitForIp waiting',
    ])
    await handOver(run)
    const shown = await view(id)
    expect(shown).toMatchObject({
      state: 'active',
      address: '10.0.0.7',
      ssh: { command: 'ssh ubuntu@10.0.0.7' },
      leaseEndsAt: '2100-01-01T00:00:00.000Z',
      steps: [
        { name: 'place', state: 'done' },
        { name: 'clone', state: 'done' },
        { name: 'powerOn', state: 'done' },
        { name: 'waitForIp', state: 'done' },
      ],
    })
    const next = await aRun(world, id, { continuedFrom: run.run.runId })
    expect(next.opened).toMatchObject({
      state: 'active',
      grant: { number: 1 },
      handedOverAt: shown.handedOverAt,
      address: '10.0.0.7',
    })
  })

  test('gives back quota, name and reservation in the transaction that ends it', async () => {
    const before = await usedBy('web')
    const id = await aRequest(world)
    expect(await usedBy('web')).toBe((before ?? 0) + 1)
    const { record } = await aRun(world, id)
    await record({ state: 'cancelled', reasons: ['not needed'] }, { by: 'dora' })
    expect(await usedBy('web')).toBe(before)
    expect(await view(id)).toMatchObject({
      state: 'cancelled',
      reasons: ['not needed'],
      endedBy: 'Dora',
      closedAt: expect.any(String),
    })
  })

  test('never jumps where the table of states does not lead', async () => {
    const id = await aRequest(world)
    const { record } = await aRun(world, id)
    const { version } = await view(id)
    await expect(record({ state: 'active' })).rejects.toThrow('cannot go from validating to active')
    expect(await view(id)).toMatchObject({ state: 'validating', version })
  })

  test('shows a hold while it is held, and goes back to where it came from', async () => {
    const id = await aRequest(world)
    const { record } = await aRun(world, id)
    await record({ state: 'provisioning' })
    await record({ state: 'held', hold, step: { name: 'place', state: 'failed', attempt: 1 } })
    expect(await view(id)).toMatchObject({ state: 'held', hold: { ...hold, heldAt: expect.any(String) } })
    const { opened } = await aRun(world, id)
    expect(opened.hold).toEqual(hold)
  })

  test('forgets the hold and what it waited for when it goes on', async () => {
    const id = await aRequest(world)
    const { record } = await aRun(world, id)
    await record({ state: 'provisioning' })
    await record({ state: 'held', hold })
    await world.records.setWaitingFor(id, { sentence: 'waits for a person', since: '2026-01-01T00:00:00.000Z' })
    expect((await view(id)).waitingFor?.sentence).toBe('waits for a person')
    await record({ state: 'provisioning', step: { name: 'place', state: 'running', attempt: 2 } })
    const shown = await view(id)
    expect(shown).toMatchObject({ state: 'provisioning' })
    expect(shown.hold).toBeUndefined()
    expect(shown.waitingFor).toBeUndefined()
  })

  test('keeps each round of steps, and when each ran', async () => {
    const id = await aRequest(world)
    const run = await aRun(world, id)
    await handOver(run)
    await run.record({ step: { name: 'powerOff', state: 'running', attempt: 1 } }, { at: '2026-01-01T00:00:00.000Z' })
    await run.record({ step: { name: 'powerOff', state: 'failed', attempt: 1 } }, { at: '2026-01-01T00:01:00.000Z' })
    await run.record({ step: { name: 'powerOff', state: 'running', attempt: 2 } }, { at: '2026-01-01T00:02:00.000Z' })
    await run.record(
      {
        state: 'expired',
        expiredAt: '2026-01-01T00:03:00.000Z',
        step: { name: 'powerOff', state: 'done', attempt: 2 },
      },
      { at: '2026-01-01T00:03:00.000Z' },
    )
    await run.record({ round: 2, step: { name: 'powerOn', state: 'running', attempt: 1 } })
    const { steps } = await view(id)
    expect(steps.find(({ name }) => name === 'powerOff')).toMatchObject({
      state: 'done',
      attempt: 2,
      startedAt: '2026-01-01T00:00:00.000Z',
      endedAt: '2026-01-01T00:03:00.000Z',
    })
    expect(steps.filter(({ name }) => name === 'powerOn').map(({ round, state }) => [round, state])).toEqual([
      [1, 'done'],
      [2, 'running'],
    ])
  })
})

describe('repeating a transition', () => {
  test('changes nothing', async () => {
    const id = await aRequest(world)
    const { run } = await aRun(world, id)
    const transition = {
      requestId: id,
      n: 1,
      at: new Date().toISOString(),
      by: 'berth',
      event: 'validated',
      change: { state: 'provisioning' },
      notices: [],
    } as const
    const write = () => world.records.recordTransition(run, { ...transition, notices: [] })
    await expect(write()).resolves.toEqual({})
    const { version } = await view(id)
    await expect(write()).resolves.toEqual({})
    expect(await view(id)).toMatchObject({ version })
    expect(await eventsOf(id)).toEqual(['requested', 'validated'])
  })

  test('also after the request has moved on', async () => {
    const id = await aRequest(world)
    const { run, record } = await aRun(world, id)
    await record({ state: 'provisioning' })
    await record({ state: 'retiring', retireTo: 'cancelled' })
    const first = {
      requestId: id,
      n: 1,
      at: new Date().toISOString(),
      by: 'berth',
      event: 'changed',
      change: { state: 'provisioning' as const },
      notices: [],
    }
    await expect(world.records.recordTransition(run, first)).resolves.toEqual({})
    expect(await view(id)).toMatchObject({ state: 'retiring' })
  })

  test('at the same moment writes it once', async () => {
    const id = await aRequest(world)
    const { run } = await aRun(world, id)
    const transition = {
      requestId: id,
      n: 1,
      at: new Date().toISOString(),
      by: 'berth',
      event: 'validated',
      change: { state: 'provisioning' as const },
      notices: [],
    }
    await Promise.all([1, 2, 3, 4, 5].map(() => world.records.recordTransition(run, transition)))
    expect(await eventsOf(id)).toEqual(['requested', 'validated'])
  })
})

describe('the fence between runs', () => {
  test('an older run is stale, for every kind of write', async () => {
    const id = await aRequest(world)
    const old = await aRun(world, id)
    await aRun(world, id)
    await expect(world.records.openRun(old.run)).rejects.toMatchObject({ code: 'staleRun' })
    await expect(old.record({ state: 'provisioning' })).rejects.toMatchObject({ code: 'staleRun' })
    expect(await view(id)).toMatchObject({ state: 'validating' })
  })

  test('the first run and one that continues another leave no trace, any other is audited as reopened', async () => {
    const id = await aRequest(world)
    const first = await aRun(world, id)
    const second = await aRun(world, id, { continuedFrom: first.run.runId })
    expect(await eventsOf(id)).toEqual(['requested'])
    await aRun(world, id, { continuedFrom: first.run.runId })
    expect(await eventsOf(id)).toEqual(['requested', 'reopened'])
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
    expect((await view(id)).steps.find(({ name }) => name === 'clone')).toMatchObject({ state: 'done' })
    expect((await eventsOf(id)).filter((event) => event === 'reopened')).toHaveLength(1)
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
    await record({ state: 'held', hold })
    await record({ state: 'retiring', retireTo: 'failed', reasons: ['given up'] })
    await record({ state: 'failed' })
    return id
  }

  test('a failed request takes quota and name again and starts a new round', async () => {
    const id = await failedRequest()
    const before = await usedBy('web')
    const { opened } = await aRun(world, id)
    expect(opened).toMatchObject({ state: 'validating', round: 2 })
    expect(opened.hold ?? opened.retireTo ?? opened.reasons).toBeUndefined()
    expect(opened.steps.filter(({ round }) => round === 2).map(({ state }) => state)).toEqual([
      'waiting',
      'waiting',
      'waiting',
      'waiting',
    ])
    expect(await usedBy('web')).toBe((before ?? 0) + 1)
    const shown = await view(id)
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
    const { vmName } = await view(id)
    await aRequest(world, { teamId: 'data', ownerId: 'dan', requesterId: 'dan' })
    await expect(aRun(world, id)).rejects.toMatchObject({ code: 'quotaExceeded' })
    expect(await view(id)).toMatchObject({ state: 'failed' })
    const other = await failedRequest()
    await aRequest(world, { name: (await view(other)).vmName })
    await expect(aRun(world, other)).rejects.toMatchObject({ code: 'nameTaken' })
    expect(vmName).toBeDefined()
  })

  test('a request that ended otherwise stays ended', async () => {
    const id = await aRequest(world)
    const { record } = await aRun(world, id)
    await record({ state: 'rejected', reasons: ['no'] })
    const { opened } = await aRun(world, id)
    expect(opened).toMatchObject({ state: 'rejected', reasons: ['no'] })
    expect(await view(id)).toMatchObject({ state: 'rejected', closedAt: expect.any(String) })
  })
})

describe('approvals', () => {
  test('are opened once, for the approvers of the team other than who asks', async () => {
    const id = await aRequest(world, { sizeId: 'large' })
    const [first] = await world.records.openApprovals(id, '2026-01-01T00:00:00.000Z')
    expect(first).toMatchObject({
      subject: 'request',
      level: 1,
      approvers: ['april'],
      openedAt: '2026-01-01T00:00:00.000Z',
    })
    await expect(world.records.openApprovals(id, '2026-02-02T00:00:00.000Z')).resolves.toEqual([first])
  })

  test('fail when nobody else could decide', async () => {
    await world.database.pool.query('delete from quota_holds where team_id = $1', ['data'])
    const id = await aRequest(world, { teamId: 'data', ownerId: 'dan', requesterId: 'dan', sizeId: 'large' })
    await expect(world.records.openApprovals(id, new Date().toISOString())).rejects.toMatchObject({
      code: 'noApprover',
    })
  })

  test('are decided once', async () => {
    const id = await aRequest(world, { sizeId: 'large' })
    const { record } = await aRun(world, id)
    const [approval] = await world.records.openApprovals(id, new Date().toISOString())
    await record({ state: 'awaitingApproval' })
    const decision = { approvalId: approval?.id ?? '', decision: 'declined' as const, by: 'april', reason: 'too large' }
    await record({ state: 'declined', decision }, { by: 'april' })
    expect(await view(id)).toMatchObject({
      state: 'declined',
      approvals: [{ decision: 'declined', byName: 'April', reason: 'too large', approverNames: ['April'] }],
    })
    await expect(record({ decision })).rejects.toThrow('is not open')
  })
})
