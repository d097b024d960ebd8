import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { PlacementFindings } from '@berth/domain/placement.ts'
import { aRequest, aRun, handOver, openWorld, type World } from './testing/world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld({ quotas: [] })
})
beforeEach(() => world.database.pool.query('delete from placement_reservations'))
afterAll(() => world.close())

/** A request whose build has begun. */
async function aBuild(): Promise<string> {
  const id = await aRequest(world)
  await (await aRun(world, id)).record({ state: 'provisioning' })
  return id
}

const findings: PlacementFindings = {
  templateMoid: 'vm-1',
  templateDiskGiB: 10,
  folderMoid: 'group-1',
  resourcePoolMoid: 'resgroup-1',
  networkName: 'VM Network',
  networkMoid: 'network-1',
  datastores: [
    { name: 'fast', moid: 'datastore-1', capacityGiB: 100, freeGiB: 50 },
    { name: 'slow', moid: 'datastore-2', capacityGiB: 100, freeGiB: 45 },
  ],
}

describe('reserving a placement', () => {
  test('takes the datastore with the most free space, less what others have reserved', async () => {
    const chosen: string[] = []
    for (let count = 0; count < 4; count += 1)
      chosen.push((await world.records.reservePlacement(await aBuild(), findings, 10)).datastoreName)
    expect(chosen).toEqual(['fast', 'slow', 'fast', 'slow'])
  })

  test('answers the same when asked again, even if another would be chosen now', async () => {
    const id = await aBuild()
    const first = await world.records.reservePlacement(id, findings, 10)
    for (let count = 0; count < 2; count += 1) await world.records.reservePlacement(await aBuild(), findings, 10)
    await expect(world.records.reservePlacement(id, findings, 10)).resolves.toEqual(first)
    expect((await aRun(world, id)).opened.placement).toEqual(first)
  })

  test('chooses anew when its datastore is no longer there', async () => {
    const id = await aBuild()
    await world.records.reservePlacement(id, findings, 10)
    const { datastoreName } = await world.records.reservePlacement(
      id,
      { ...findings, datastores: findings.datastores.slice(1) },
      10,
    )
    expect(datastoreName).toBe('slow')
  })

  test('by twelve at once never takes more than there is, and says with numbers why not', async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, () => aBuild()))
    const answers = await Promise.allSettled(ids.map((id) => world.records.reservePlacement(id, findings, 10)))
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(9)
    const refused = answers.find((answer) => answer.status === 'rejected')
    expect(refused).toMatchObject({
      reason: {
        code: 'datastoreFull',
        message:
          '10 GiB are needed; fast has 50 GiB free, 50 GiB of it reserved by clones under way; slow has 45 GiB free, 40 GiB of it reserved by clones under way',
      },
    })
  })

  test('is given back at hand-over, and the placement stays known', async () => {
    const id = await aBuild()
    const placement = await world.records.reservePlacement(id, findings, 45)
    const other = await aBuild()
    await expect(world.records.reservePlacement(other, findings, 50)).rejects.toMatchObject({ code: 'datastoreFull' })
    const run = await aRun(world, id)
    await handOver(run)
    await expect(world.records.reservePlacement(other, findings, 50)).resolves.toMatchObject({ datastoreName: 'fast' })
    expect((await aRun(world, id, { continuedFrom: run.run.runId })).opened.placement).toEqual(placement)
  })

  test('is given back when the request ends', async () => {
    const id = await aBuild()
    await world.records.reservePlacement(id, findings, 50)
    const { record } = await aRun(world, id)
    await record({ state: 'retiring', retireTo: 'cancelled' })
    await record({ state: 'cancelled' })
    await expect(world.records.reservePlacement(await aBuild(), findings, 50)).resolves.toMatchObject({
      datastoreName: 'fast',
    })
  })

  test('is refused to a request that is not built: the space would never come back', async () => {
    const waiting = await aRequest(world)
    const ended = await aBuild()
    const { record } = await aRun(world, ended)
    await record({ state: 'retiring', retireTo: 'cancelled' })
    for (const id of [waiting, ended])
      await expect(world.records.reservePlacement(id, findings, 10)).rejects.toMatchObject({ code: 'actionNotAllowed' })
  })
})
