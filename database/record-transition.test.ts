import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
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
    const shown = await viewed(world, id)
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
    const before = await vmsUsedBy(world, 'web')
    const id = await aRequest(world)
    expect(await vmsUsedBy(world, 'web')).toBe(before + 1)
    const { record } = await aRun(world, id)
    await record({ state: 'cancelled', reasons: ['not needed'] }, { by: 'dora' })
    expect(await vmsUsedBy(world, 'web')).toBe(before)
    expect(await viewed(world, id)).toMatchObject({
      state: 'cancelled',
      reasons: ['not needed'],
      endedBy: 'Dora',
      closedAt: expect.any(String),
    })
  })

  test('never jumps where the table of states does not lead', async () => {
    const id = await aRequest(world)
    const { record } = await aRun(world, id)
    const { version } = await viewed(world, id)
    await expect(record({ state: 'active' })).rejects.toThrow('cannot go from validating to active')
    expect(await viewed(world, id)).toMatchObject({ state: 'validating', version })
  })

  test('shows a hold while it is held, and goes back to where it came from', async () => {
    const id = await aRequest(world)
    const { record } = await aRun(world, id)
    await record({ state: 'provisioning' })
    await record({ state: 'held', hold: aHold, step: { name: 'place', state: 'failed', attempt: 1 } })
    expect(await viewed(world, id)).toMatchObject({ state: 'held', hold: { ...aHold, heldAt: expect.any(String) } })
    const { opened } = await aRun(world, id)
    expect(opened.hold).toEqual(aHold)
  })

  test('was ended by who gave it back, not by who decided about a hold after that', async () => {
    const id = await aRequest(world)
    const run = await aRun(world, id)
    await handOver(run)
    await run.record({ intent: 'release' }, { by: 'dora' })
    await run.record({ state: 'released', releasedAt: '2026-01-01T00:00:00.000Z', intent: null })
    await run.record({ state: 'held', hold: { ...aHold, heldFrom: 'released', step: 'warn' } })
    await run.record({ state: 'released', hold: null }, { by: 'oscar' })
    expect(await viewed(world, id)).toMatchObject({ state: 'released', endedBy: 'Dora' })
  })

  test('forgets the hold and what it waited for when it goes on', async () => {
    const id = await aRequest(world)
    const { record } = await aRun(world, id)
    const waits = { sentence: 'waits for the agent', since: '2026-01-01T00:00:00.000Z' }
    await record({ state: 'provisioning', step: { name: 'place', state: 'running', attempt: 1 } })
    await world.records.setWaitingFor(id, waits)
    expect((await viewed(world, id)).waitingFor).toEqual(waits)
    await record({ state: 'held', hold: aHold, step: { name: 'place', state: 'failed', attempt: 1 } })
    await world.records.setWaitingFor(id, waits)
    expect((await viewed(world, id)).waitingFor).toBeUndefined()
    await record({ state: 'provisioning', step: { name: 'place', state: 'running', attempt: 2 } })
    const shown = await viewed(world, id)
    expect(shown).toMatchObject({ state: 'provisioning' })
    expect(shown.hold).toBeUndefined()
    expect(shown.waitingFor).toBeUndefined()
  })

  test('one transition ends a step and begins the next', async () => {
    const id = await aRequest(world)
    const run = await aRun(world, id)
    await run.record({ state: 'provisioning', step: { name: 'place', state: 'running', attempt: 1 } })
    await run.record({
      finished: { name: 'place', attempt: 1 },
      step: { name: 'clone', state: 'running', attempt: 1 },
    })
    const { steps } = await viewed(world, id)
    expect(steps.slice(0, 2).map(({ name, state }) => [name, state])).toEqual([
      ['place', 'done'],
      ['clone', 'running'],
    ])
  })

  test('leaves no step running that the next state does not run, and its facts still say that it began', async () => {
    const id = await aRequest(world)
    const { run, record } = await aRun(world, id)
    await record({ state: 'provisioning', step: { name: 'place', state: 'running', attempt: 1 } })
    await record({ finished: { name: 'place', attempt: 1 }, step: { name: 'clone', state: 'running', attempt: 1 } })
    const left = '2030-01-01T00:00:00.000Z'
    await record({ state: 'retiring', retireTo: 'cancelled' }, { at: left })
    await record({ step: { name: 'destroy', state: 'running', attempt: 1 } })
    const { steps } = await viewed(world, id)
    expect(steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'place done',
      'clone waiting',
      'powerOn waiting',
      'waitForIp waiting',
      'destroy running',
    ])
    expect(steps.find(({ name }) => name === 'clone')?.endedAt).toBe(left)
    const { opened } = await aRun(world, id, { continuedFrom: run.runId })
    expect(opened.steps.find(({ name }) => name === 'clone')?.state).toBe('running')
  })

  test('goes on with the step that begins as the round changes', async () => {
    const id = await aRequest(world)
    const run = await aRun(world, id)
    await handOver(run)
    await run.record({ step: { name: 'warn', state: 'running', attempt: 1 } })
    await run.record({ round: 2, step: { name: 'powerOn', state: 'running', attempt: 1 } })
    const { steps } = await viewed(world, id)
    expect(steps.filter(({ state }) => state === 'running').map(({ name, round }) => [name, round])).toEqual([
      ['powerOn', 2],
    ])
    expect(steps.find(({ name }) => name === 'warn')?.state).toBe('waiting')
  })

  test('a further grant ends the warning that was under way, and no power-off', async () => {
    const id = await aRequest(world)
    const run = await aRun(world, id)
    await handOver(run)
    const at = new Date().toISOString()
    const grant = (number: number) => ({
      grant: { number, grantedAt: at, endsAt: '2101-01-01T00:00:00.000Z', seconds: 3_600, cappedBy: null },
    })
    const running = async () =>
      (await viewed(world, id)).steps.filter(({ state }) => state === 'running').map(({ name }) => name)
    await run.record({ step: { name: 'warn', state: 'running', attempt: 1 } })
    await run.record(grant(2))
    expect(await running()).toEqual([])
    await run.record({ step: { name: 'powerOff', state: 'running', attempt: 1 } })
    await run.record(grant(3))
    expect(await running()).toEqual(['powerOff'])
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
    const { steps } = await viewed(world, id)
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
    const { version } = await viewed(world, id)
    await expect(write()).resolves.toEqual({})
    expect(await viewed(world, id)).toMatchObject({ version })
    expect(await eventsOf(world, id)).toEqual(['requested', 'validated'])
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
    expect(await viewed(world, id)).toMatchObject({ state: 'retiring' })
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
    expect(await eventsOf(world, id)).toEqual(['requested', 'validated'])
  })
})

describe('another transition under a number that is taken', () => {
  test('was decided after a workflow task was lost: nothing is written, and the run goes on from the facts', async () => {
    const id = await aRequest(world, { sizeId: 'large' })
    const { run, record } = await aRun(world, id)
    await record({ state: 'awaitingApproval' }, { event: 'approvalAsked' })
    const other = { requestId: id, n: 1, at: new Date().toISOString(), by: 'april', notices: [] }
    const approved = { ...other, event: 'approved', change: { state: 'provisioning' as const } }
    const answer = await world.records.recordTransition(run, approved)
    expect(answer.facts).toMatchObject({ state: 'awaitingApproval' })
    expect(await viewed(world, id)).toMatchObject({ state: 'awaitingApproval' })
    await expect(
      world.records.recordTransition(run, { ...approved, n: 1, event: 'approvalAsked' }),
    ).resolves.toHaveProperty('facts')
  })

  test('nothing is built that needs an approval and has none, whatever a workflow believes', async () => {
    const id = await aRequest(world, { sizeId: 'large' })
    const { record } = await aRun(world, id)
    await record({ state: 'awaitingApproval' }, { event: 'approvalAsked' })
    await expect(record({ state: 'provisioning' }, { event: 'approved' })).rejects.toThrow('is not approved')
    expect(await viewed(world, id)).toMatchObject({ state: 'awaitingApproval' })
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
    expect(await viewed(world, id)).toMatchObject({
      state: 'declined',
      approvals: [{ decision: 'declined', byName: 'April', reason: 'too large', approverNames: ['April'] }],
    })
    await expect(record({ decision })).rejects.toThrow('is not open')
  })
})
