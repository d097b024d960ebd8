import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { extendLease } from '@berth/workflows/messages.ts'
import { until } from '@berth/testing/until.ts'
import { openWorld, type World } from './testing/world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

/** Enough events for the test server's suggestion. */
const extensions = 40

test('a full history is left behind, and the life goes on: no message is applied twice, nothing is reopened', async () => {
  const { id, life } = await world.ask({ leaseSeconds: 600, policy: { freeExtensions: extensions } })
  await world.until(id, 'active')
  const { runId: first } = await life.describe()
  const extension = () => ({ id: randomUUID(), by: 'developer', leaseSeconds: 10 })
  const earliest = extension()
  const answer = await life.executeUpdate(extendLease, { args: [earliest] })

  for (let n = 1; n < extensions; n++) await life.executeUpdate(extendLease, { args: [extension()] })
  await until('the next run', async () => (await life.describe()).runId !== first, 20)

  expect(await life.executeUpdate(extendLease, { args: [earliest] })).toEqual(answer)
  const other = life.executeUpdate(extendLease, { args: [{ ...earliest, leaseSeconds: 20 }] })
  await expect(other).rejects.toMatchObject({ cause: { type: 'staleDecision' } })
  const audited = await world.auditOf(id)
  expect(audited.filter((event) => event === 'extended')).toHaveLength(extensions)
  expect(audited).not.toContain('reopened')
  expect(await world.violations()).toEqual([])
  await world.keepRun('left-behind', life.workflowId, first)
  await world.keepRun('continued', life.workflowId)
})
