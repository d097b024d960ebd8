import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { aRequest, aRun, eventsOf, openWorld, viewed, type World } from './testing/world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

describe('a message', () => {
  const told = (id: string, at: string) => ({
    id,
    answer: { state: 'active' as const, leaseEndsAt: at },
    asked: `extendLease ${at}`,
  })

  test('is applied once, over all runs, and a later run goes on from the facts', async () => {
    const id = await aRequest(world)
    const first = await aRun(world, id)
    const message = told('m-1', '2100-01-01T00:00:00.000Z')
    await expect(first.record({ state: 'provisioning' }, { message, event: 'extended' })).resolves.toEqual({})
    const next = await aRun(world, id, { continuedFrom: first.run.runId })
    expect(next.opened.appliedMessages).toEqual([message])
    const { version } = await viewed(world, id)
    const answer = await next.record({ state: 'retiring', retireTo: 'failed' }, { message, event: 'extended' })
    expect(answer.facts).toMatchObject({ state: 'provisioning', appliedMessages: [message] })
    expect(await viewed(world, id)).toMatchObject({ state: 'provisioning', version })
    expect(await eventsOf(world, id)).toEqual(['requested', 'extended'])
  })

  test('whose transition is only repeated needs no facts', async () => {
    const id = await aRequest(world)
    const { record } = await aRun(world, id)
    const message = told('m-1', '2100-01-01T00:00:00.000Z')
    await record({ state: 'provisioning' }, { message })
    await expect(record({ state: 'provisioning' }, { message, n: 1 })).resolves.toEqual({})
  })

  test('is among the facts with the last hundred, oldest first', async () => {
    const id = await aRequest(world)
    const { run, record } = await aRun(world, id)
    for (let count = 1; count <= 102; count += 1)
      await record({}, { message: told(`m-${count}`, '2100-01-01T00:00:00.000Z') })
    const { opened } = await aRun(world, id, { continuedFrom: run.runId })
    const ids = opened.appliedMessages?.map((message) => message.id) ?? []
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([100, 'm-3', 'm-102'])
  })
})
