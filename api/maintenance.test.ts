import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { verifyAudit } from '@berth/database/verify-audit.ts'
import { startApiWorld, type ApiWorld } from './testing/api-world.ts'

let world: ApiWorld
/** What becomes of a change at Temporal. */
let answer: 'applied' | 'appliedLate' | 'lost'
/** The audit as it stood when Temporal was asked. */
let audited: unknown[][]

beforeAll(async () => {
  world = await startApiWorld({
    provisioning: (real) => ({
      async maintain(siteId, order) {
        audited = await audit()
        if (answer === 'lost') return false
        const done = await real.maintain(siteId, order)
        return done && answer === 'applied'
      },
    }),
  })
})

beforeEach(async () => {
  answer = 'applied'
  await end()
})

afterAll(async () => {
  answer = 'applied'
  await end()
  await world.stop()
})

const params = () => ({ params: { id: world.siteId } })
const begin = (by: 'operator' | 'admin' = 'operator') =>
  world.as(by).call('beginMaintenance', { ...params(), body: { reason: `storage, says ${by}` } })
const end = () => world.as('operator').call('endMaintenance', params())

async function audit(): Promise<unknown[][]> {
  const { items } = (await world.as('auditor').call('listAudit', { query: {} })).body
  return items
    .filter(({ event }) => event.startsWith('maintenance'))
    .map(({ event, by, reason }) => [event, by, reason])
    .toReversed()
}

/** What the audit has got since. */
async function since(act: () => Promise<unknown>): Promise<unknown[][]> {
  const before = await audit()
  await act()
  return (await audit()).slice(before.length)
}

const begun = ['maintenanceBegun', 'operator', 'storage, says operator']
const ended = ['maintenanceEnded', 'operator', undefined]
const unconfirmed = ['maintenanceUnconfirmed', 'operator', undefined]
const isUnknown = {
  code: 'temporalUnavailable',
  detail: expect.stringMatching(/^Whether the maintenance has (begun|ended) is not known/),
}
const refusedBegin = () =>
  world.as('operator').refusal('beginMaintenance', { ...params(), body: { reason: 'storage, says operator' } })

test('who begins it, and why, is in the audit before Temporal is asked', async () => {
  await begin()
  expect(audited.at(-1)).toEqual(begun)
})

test('that Temporal applied and did not confirm is called unknown; who tries again finds it, and the audit says so', async () => {
  answer = 'appliedLate'
  expect(await since(async () => expect(await refusedBegin()).toMatchObject(isUnknown))).toEqual([begun, unconfirmed])
  expect(await since(() => begin('admin'))).toEqual([['maintenanceBegun', 'admin', 'storage, says operator']])
  expect(await since(() => begin('admin'))).toEqual([])

  const refusedEnd = () => world.as('operator').refusal('endMaintenance', params())
  expect(await since(async () => expect(await refusedEnd()).toMatchObject(isUnknown))).toEqual([ended, unconfirmed])
  expect(await since(end)).toEqual([ended])
  expect(await since(end)).toEqual([])
})

test('that Temporal never got is begun by whoever tries again', async () => {
  answer = 'lost'
  expect(await since(async () => expect(await refusedBegin()).toMatchObject(isUnknown))).toEqual([begun, unconfirmed])
  answer = 'applied'
  expect(await since(async () => expect((await begin()).body.maintenance).toBeDefined())).toEqual([begun])
})

test('that is over already is ended without an entry, and the chain is whole', async () => {
  expect(await since(end)).toEqual([])
  expect(await verifyAudit(world.database)).toEqual([])
})
