import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { aRequest, aRun, handOver, openWorld, siteId, type World } from './testing/world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld({ quotas: [] })
})
afterAll(() => world.close())

const expected = async (id: string) => {
  const open = await world.records.openRequestsOf(siteId)
  const request = open.find(({ requestId }) => requestId === id)
  return request === undefined
    ? 'closed'
    : `${request.state}: ${request.expectsVm ? `VM, power ${request.expectsPower}` : 'no VM'}`
}

describe('what should be in vCenter', () => {
  test('follows the life of a request', async () => {
    const id = await aRequest(world)
    const run = await aRun(world, id)
    expect(await expected(id)).toBe('validating: no VM')
    await handOver(run)
    expect(await expected(id)).toBe('active: VM, power on')
    await run.record({ step: { name: 'powerOff', state: 'running', attempt: 1 } })
    expect(await expected(id)).toBe('active: VM, power any')
    await run.record({ state: 'expired', step: { name: 'powerOff', state: 'done', attempt: 1 } })
    expect(await expected(id)).toBe('expired: VM, power off')
    await run.record({ round: 2, step: { name: 'powerOn', state: 'running', attempt: 1 } })
    expect(await expected(id)).toBe('expired: VM, power any')
    await run.record({ step: { name: 'powerOn', state: 'done', attempt: 1 } })
    await run.record({ state: 'retiring', retireTo: 'retired' })
    expect(await expected(id)).toBe('retiring: no VM')
    await expect(world.records.isStillOpen(id)).resolves.toBe(true)
    await run.record({ state: 'retired' })
    expect(await expected(id)).toBe('closed')
    await expect(world.records.isStillOpen(id)).resolves.toBe(false)
  })

  test('has its power back as soon as the step that was left undone is left', async () => {
    const id = await aRequest(world)
    const run = await aRun(world, id)
    await handOver(run)
    await run.record({ step: { name: 'powerOff', state: 'done', attempt: 1 } })
    await run.record({ step: { name: 'warn', state: 'running', attempt: 1 } })
    expect(await expected(id)).toBe('active: VM, power any')
    await run.record({ state: 'expired' })
    expect(await expected(id)).toBe('expired: VM, power off')
  })

  test.each([
    ['warn', 'held: VM, power on'],
    ['powerOff', 'held: VM, power any'],
  ] as const)('of a lease that is held at %s is %s', async (step, words) => {
    const id = await aRequest(world)
    const run = await aRun(world, id)
    await handOver(run)
    const hold = {
      heldFrom: 'active',
      step,
      attempt: 1,
      code: 'noPermission',
      message: '',
      actions: ['retry'],
    } as const
    await run.record({ state: 'held', hold: { ...hold, actions: [...hold.actions] } })
    expect(await expected(id)).toBe(words)
  })
})
