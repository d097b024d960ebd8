import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { markStarted, pendingStarts } from '@berth/database/outbox.ts'
import { relayOnce } from './outbox-relay.ts'
import { openWorld, type World } from './testing/world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const outbox = () => ({
  pendingStarts: (limit: number) => pendingStarts(world.database, limit),
  markStarted: (requestId: string) => markStarted(world.database, requestId),
})

test('what the API could not start is started once, however often it is tried', async () => {
  const { id } = await world.create()
  expect(await relayOnce(outbox(), world.client)).toBe(1)
  await world.until(id, 'active')
  await world.database.pool.query('update outbox set done_at = null')
  expect(await relayOnce(outbox(), world.client)).toBe(1)
  expect(await relayOnce(outbox(), world.client)).toBe(0)
  expect(world.vcenter.mostVmsAtOnce(id)).toBe(1)
  expect(await world.violations()).toEqual([])
})

test('a request that lived and ended before its row was marked is not started again', async () => {
  const { id, life } = await world.ask({ leaseSeconds: 600, policy: { undoSeconds: 0 } })
  await world.until(id, 'active')
  await world.releaseAndRetire(life)
  await world.until(id, 'retired')
  await world.database.pool.query('update outbox set done_at = null where request_id = $1', [id])
  await relayOnce(outbox(), world.client)
  expect((await world.until(id, 'retired')).state).toBe('retired')
  expect(await pendingStarts(world.database, 10)).toEqual([])
})
