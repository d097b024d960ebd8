import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { defaultPayloadConverter, fromPayloadsAtIndex } from '@temporalio/common'
import type { Grant } from '@berth/domain/specification.ts'
import { decideApproval } from '@berth/workflows/messages.ts'
import { openWorld, type Life, type World } from './testing/world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

interface Order {
  grant?: Grant
  vm?: { grant?: Grant }
}

/** By activity, what every order to the site's agents was granted by. */
async function grantsGiven(life: Life): Promise<Record<string, Grant | undefined>> {
  const { events } = await world.client.workflow.getHandle(life.workflowId).fetchHistory()
  const scheduled = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: order }) =>
    order?.taskQueue?.name?.startsWith(`site-${world.siteId}`) ? [order] : [],
  )
  return Object.fromEntries(
    scheduled.map(({ activityType, input }) => {
      const order = fromPayloadsAtIndex<Order>(defaultPayloadConverter, 0, input?.payloads)
      return [activityType?.name ?? '', order.grant ?? order.vm?.grant]
    }),
  )
}

test('every step at a site is told by which approval of which specification it acts', async () => {
  const { id, life, request } = await world.ask({ sizeId: 'medium', leaseSeconds: 4, policy: { graceSeconds: 4 } })
  await world.until(id, 'awaitingApproval')
  await life.executeUpdate(decideApproval, { args: [{ id: randomUUID(), by: 'approver', decision: 'approved' }] })
  expect(await life.result()).toEqual({ state: 'retired' })
  const { rows } = await world.database.pool.query<{ id: string }>('select id from approvals where request_id = $1', [
    id,
  ])
  const grant = { specHash: request.specHash, approvals: rows.map((row) => ({ id: row.id, by: 'approver' })) }
  const steps = ['findPlacements', 'cloneVm', 'powerOnVm', 'waitForIp', 'powerOffVm', 'destroyVm']
  expect(await grantsGiven(life)).toEqual(Object.fromEntries(steps.map((step) => [step, grant])))
  expect(await world.violations()).toEqual([])
})
