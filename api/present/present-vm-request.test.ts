import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { aRequest, aRun, openWorld, siteId, viewed, type World } from '@berth/database/testing/world.ts'
import type { Hold } from '@berth/domain/facts.ts'
import { addSeconds, type Instant } from '@berth/domain/instant.ts'
import type { Change } from '@berth/domain/transition.ts'
import type { HoldableState } from '@berth/domain/vm-request.ts'
import type { Caller } from '../caller.ts'
import { presentVmRequest } from './present-vm-request.ts'

let world: World

beforeAll(async () => {
  world = await openWorld({ quotas: [] })
})
afterAll(() => world.close())

const april: Caller = { userId: 'april', displayName: 'April', roles: ['approver'], teamIds: ['web'], via: 'session' }
const dora: Caller = { userId: 'dora', displayName: 'Dora', roles: ['developer'], teamIds: ['web'], via: 'session' }

const presented = async (id: string, caller: Caller, now: Instant) =>
  presentVmRequest(await viewed(world, id), { caller, now, temporalUi: undefined })

test('a decision is offered while the request waits for it, and no more after it ended undecided', async () => {
  const id = await aRequest(world, { sizeId: 'large' })
  const { record } = await aRun(world, id)
  await world.records.openApprovals(id, '2026-01-01T00:00:00.000Z')
  await record({ state: 'awaitingApproval' })
  const offered = async () => (await presented(id, april, '2026-01-02T00:00:00.000Z')).actions
  expect(await offered()).toEqual(['decideApproval'])
  await record({ state: 'cancelled' })
  expect(await offered()).toEqual([])
})

describe('what its owner asked for and is under way', () => {
  const handedOverAt = '2026-01-01T00:00:00.000Z'
  const expiredAt = '2026-01-02T00:00:00.000Z'
  const now = '2026-01-02T00:05:00.000Z'
  const grant = (number: number, endsAt: Instant) => ({
    grant: { number, grantedAt: handedOverAt, endsAt, seconds: 3_600, cappedBy: null },
  })
  const off: Change = { step: { name: 'powerOff', state: 'done', attempt: 1 } }

  const aHoldFrom = (heldFrom: HoldableState): Hold => ({
    heldFrom,
    step: 'powerOff',
    attempt: 1,
    code: 'noPermission',
    message: 'no',
    actions: ['retry'],
  })

  /** As its owner reads it after these changes to a VM that is theirs until the evening. */
  async function after(...changes: Change[]) {
    const id = await aRequest(world)
    const { record } = await aRun(world, id)
    await record({ state: 'provisioning' })
    await record({ state: 'active', handedOverAt, ...grant(1, '2026-01-02T20:00:00.000Z') })
    for (const change of changes) await record(change)
    return presented(id, dora, now)
  }

  test('is shown, and what it supersedes is offered no more', async () => {
    expect(await after()).not.toHaveProperty('intent')
    expect(await after({ intent: 'release' })).toMatchObject({ state: 'active', intent: 'release', actions: [] })
    const released: Change = { ...off, state: 'released', releasedAt: expiredAt, intent: null }
    expect(await after(released)).toMatchObject({ actions: ['restoreVm'], restorableUntil: expect.any(String) })
    const restoring = await after(released, { intent: 'restore' })
    expect(restoring).toMatchObject({ state: 'released', intent: 'restore', actions: [] })
    expect(restoring).not.toHaveProperty('restorableUntil')
    expect(restoring).not.toHaveProperty('destroyedAt')
  })

  test('is also an extension that powers the VM on again', async () => {
    const over: Change[] = [grant(2, expiredAt), { ...off, state: 'expired', expiredAt }]
    expect(await after(...over)).toMatchObject({ destroyedAt: '2026-01-02T00:10:00.000Z' })
    const extended = await after(...over, grant(3, '2026-01-03T00:00:00.000Z'))
    expect(extended).toMatchObject({ state: 'expired', intent: 'resume', actions: ['extendLease', 'releaseVm'] })
    expect(extended).not.toHaveProperty('destroyedAt')
    expect(extended.warnings.map(({ event }) => event)).not.toContain('destructionNear')
    const inTime = await after({ step: { name: 'powerOff', state: 'running', attempt: 1 } })
    expect(inTime).toMatchObject({ state: 'active', intent: 'resume' })
  })

  test('is told of a held VM as of the state that it was held in', async () => {
    const expired: Change[] = [grant(2, expiredAt), { ...off, state: 'expired', expiredAt }]
    const held = await after(...expired, { state: 'held', hold: aHoldFrom('expired') })
    expect(held).toMatchObject({ state: 'held', destroyedAt: '2026-01-02T00:10:00.000Z' })
    const released: Change = { ...off, state: 'released', releasedAt: expiredAt, intent: null }
    expect(await after(released, { state: 'held', hold: aHoldFrom('released') })).toMatchObject({
      restorableUntil: expect.any(String),
      destroyedAt: expect.any(String),
    })
  })

  test.each([
    ['oscar', true],
    ['dora', false],
  ])('a release by %s of which its owner is told late: kept longer %s', async (by, isKeptLonger) => {
    const id = await aRequest(world)
    const { record } = await aRun(world, id)
    await record({ state: 'provisioning' })
    await record({ state: 'active', handedOverAt, ...grant(1, '2100-01-01T00:00:00.000Z') })
    await record({ intent: 'release' }, { event: 'releaseRequested', by })
    const order = { event: 'vmReleased', audience: 'owner', grantNumber: 1, stage: '1' } as const
    await record({ ...off, state: 'released', releasedAt: expiredAt, intent: null }, { notices: [order] })
    const [notice] = await world.records.noticesToDeliver(id, [order])
    const toldAt = await world.records.noticeDelivered(notice?.id ?? '', '250 ok')
    const { undoSeconds } = (await viewed(world, id)).policy
    const until = isKeptLonger ? addSeconds(toldAt, undoSeconds / 2) : addSeconds(expiredAt, undoSeconds)
    expect(await presented(id, dora, now)).toMatchObject({ destroyedAt: until, restorableUntil: until })
    const late = (await world.records.lateRequests(siteId, toldAt)).find(({ requestId }) => requestId === id)
    expect(late?.releaseToldAt).toBe(isKeptLonger ? toldAt : undefined)
  })

  test('can be tried again out of a hold', async () => {
    const held = await after({ intent: 'release' }, { state: 'held', hold: aHoldFrom('active') })
    expect(held).toMatchObject({ state: 'held', intent: 'release', actions: ['releaseVm'] })
  })
})
