import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { anSshPublicKey } from '@berth/testing/builders.ts'
import type { UpdateAnswer } from './provisioning.ts'
import { startApiWorld, type ApiWorld } from './testing/api-world.ts'

const holds = 40
const code = 'hostDisconnected'

let world: ApiWorld
let stuck: string
let sent: string[]
let answer: (requestId: string) => UpdateAnswer<never> | Promise<UpdateAnswer<never>>

beforeAll(async () => {
  world = await startApiWorld({
    temporalAddress: '127.0.0.1:1',
    provisioning: () => ({
      start: async () => false,
      send: async ({ id }) => {
        sent.push(id)
        return answer(id)
      },
    }),
  })
  const ids = await Promise.all(Array.from({ length: holds }, requested))
  const hold = { heldFrom: 'provisioning', step: 'clone', attempt: 1, code, message: 'esx-4', actions: ['retry'] }
  const heldAt = '2030-01-01T00:00:00.000Z'
  await world.database.pool.query(`update vm_requests set state = 'held', hold = $1 where id = any ($2)`, [
    { ...hold, heldAt },
    ids,
  ])
  stuck = ids.toSorted()[0] ?? ''
})

beforeEach(() => {
  sent = []
})

afterAll(() => world.stop())

async function requested(): Promise<string> {
  const wish = { catalogItemId: 'ubuntu-24-04', sizeId: 'small', leaseSeconds: 3_600, purpose: 'a test' }
  const { body } = await world
    .as('developer')
    .call('createVmRequest', { body: { ...wish, sshPublicKeys: [anSshPublicKey] } })
  return body.id
}

const retried = async () =>
  (
    await world.as('operator').call('retryHoldGroup', {
      body: { siteId: world.siteId, step: 'clone', code },
    })
  ).body

const taken: UpdateAnswer<never> = { kind: 'refused', code: 'staleDecision', message: 'it is not held there' }

test.each(['unconfirmed', 'unavailable'] as const)(
  'the rest stays for a further call once an answer is %s',
  async (kind) => {
    answer = () => ({ kind })
    const { results, left } = await retried()
    expect(sent.length).toBeLessThanOrEqual(8)
    expect(results.map(({ requestId }) => requestId)).toEqual(sent)
    expect(left).toBe(holds - sent.length)
  },
)

test('one that nobody takes while others are taken keeps none of them waiting', async () => {
  const others = new Set<string>()
  const { promise: othersWereTaken, resolve } = Promise.withResolvers<void>()
  answer = async (id) => {
    if (id === stuck) {
      await othersWereTaken
      return { kind: 'unconfirmed' }
    }
    if (others.add(id).size === 7) resolve()
    return taken
  }
  const { results, left } = await retried()
  expect(left).toBe(0)
  expect(results).toHaveLength(holds)
  expect(results.filter(({ outcome }) => outcome === 'underWay')).toMatchObject([
    { requestId: stuck, detail: expect.stringContaining('may yet be retried') },
  ])
})
