import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { aRequest, aRun, openWorld, viewed, type World } from '@berth/database/testing/world.ts'
import type { Caller } from '../caller.ts'
import { presentVmRequest } from './present-vm-request.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const april: Caller = { userId: 'april', displayName: 'April', roles: ['approver'], teamIds: ['web'], via: 'session' }

test('a decision is offered while the request waits for it, and no more after it ended undecided', async () => {
  const id = await aRequest(world, { sizeId: 'large' })
  const { record } = await aRun(world, id)
  await world.records.openApprovals(id, '2026-01-01T00:00:00.000Z')
  await record({ state: 'awaitingApproval' })
  const offered = async () =>
    presentVmRequest(await viewed(world, id), { caller: april, now: '2026-01-02T00:00:00.000Z', temporalUi: undefined })
      .actions
  expect(await offered()).toEqual(['decideApproval'])
  await record({ state: 'cancelled' })
  expect(await offered()).toEqual([])
})
