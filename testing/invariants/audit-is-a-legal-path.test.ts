import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { openInvariantsWorld, type InvariantsWorld } from '../invariants-world.ts'

let world: InvariantsWorld
let id: string

beforeEach(async () => {
  world = await openInvariantsWorld()
  id = await world.aRequest()
})
afterEach(() => world?.close())

/** A transition by Berth itself, as its audit has it. */
const went = (event: string, from: string, state: string, change: object = {}) => ({
  event,
  detail: { from, change: { state, ...change } },
})
const built = [went('approvedByRule', 'validating', 'provisioning'), went('handedOver', 'provisioning', 'active')]
const poweredOff = (attempt: number) => ({ step: { name: 'powerOff', state: 'done', attempt } })

describe('I6 notices', () => {
  test('nothing in a life, whatever runs took it over', async () => {
    await world.audited(id, [
      ...built,
      { event: 'reopened', detail: { tookOver: true, from: 'active' } },
      {
        ...went('extended', 'active', 'active', {}),
        detail: { from: 'active', change: {} },
        by: 'dora',
        messageId: 'm',
      },
      went('expired', 'active', 'expired', poweredOff(1)),
      went('graceEnded', 'expired', 'retiring'),
      went('retired', 'retiring', 'retired'),
    ])
    expect(await world.about(id)).toEqual([])
  })

  test('a step that the table of states does not allow', async () => {
    await world.audited(id, [went('changed', 'validating', 'retired')])
    expect(await world.about(id)).toEqual([`I6: request ${id} went from validating to retired by changed`])
  })

  test('a transition that was recorded twice, but not one that ends a further step', async () => {
    const expired = (attempt: number) => went('expired', 'expired', 'expired', poweredOff(attempt))
    await world.audited(id, [...built, went('expired', 'active', 'expired', poweredOff(1)), expired(2)])
    expect(await world.about(id)).toEqual([])
    await world.audited(id, [expired(2)])
    expect(await world.about(id)).toEqual([`I6: request ${id} went from expired to expired by expired`])
  })

  test('a transition out of a state in which the request was not', async () => {
    await world.audited(id, [...built, went('expired', 'released', 'expired')])
    expect(await world.about(id)).toEqual([`I6: request ${id} was active when it was recorded as released by expired`])
  })

  test('a request that is opened again though it did not fail', async () => {
    await world.audited(id, [
      ...built,
      { event: 'reopened', detail: { tookOver: true, from: 'active', state: 'provisioning' } },
    ])
    expect(await world.about(id)).toEqual([`I6: request ${id} went from active to provisioning by reopened`])
  })

  test('a request that is opened again after it had failed is none', async () => {
    await world.audited(id, [
      went('approvedByRule', 'validating', 'provisioning'),
      went('cancelRequested', 'provisioning', 'retiring'),
      went('failed', 'retiring', 'failed'),
      { event: 'reopened', by: 'dora', messageId: 'm', detail: { from: 'failed', state: 'provisioning' } },
    ])
    expect(await world.about(id)).toEqual([])
  })

  test.each([
    [{ by: 'nobody-knows', messageId: 'm' }, 'extended was done by nobody-knows'],
    [{ by: 'berth', messageId: 'm' }, 'extended was done by berth'],
    [{ by: 'dora' }, 'extended was done by dora'],
    [{ by: '', messageId: 'm' }, 'extended was done by nobody'],
    [{ by: 'berth', messageId: 'temporal-cancel:1' }, undefined],
    [{ by: 'dora', messageId: 'm' }, undefined],
  ])('who did it: %j', async (who, said) => {
    await world.audited(id, [{ event: 'extended', detail: {}, ...who }])
    expect(await world.about(id)).toEqual(said === undefined ? [] : [`I6: request ${id}: ${said}`])
  })

  test('a decision that is recorded as somebody else’s', async () => {
    const change = { decision: { by: 'approver' } }
    await world.audited(id, [{ event: 'approved', by: 'dora', messageId: 'm', detail: { change } }])
    expect(await world.about(id)).toEqual([`I6: request ${id}: approved by dora says that approver decided`])
  })

  test('an audit chain whose end is missing', async () => {
    await world.database.pool.query('update vm_requests set audit_seq = audit_seq + 1 where id = $1', [id])
    expect(await world.about(id)).toEqual([
      expect.stringMatching(/^I6: audit entry .* the end of the chain is missing/),
    ])
  })
})
