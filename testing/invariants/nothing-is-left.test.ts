import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { aVm, openInvariantsWorld, type InvariantsWorld } from '../invariants-world.ts'

let world: InvariantsWorld

beforeEach(async () => {
  world = await openInvariantsWorld()
})
afterEach(() => world?.close())

const leftOf = async (id: string, ...evidence: Parameters<InvariantsWorld['about']>[1][]) =>
  (await world.about(id, ...evidence)).filter((violation) => violation.startsWith('I8'))

async function tidied(): Promise<string> {
  const id = await world.ended()
  await world.database.pool.query('update vm_requests set name_held = false where id = $1', [id])
  await world.database.pool.query('delete from quota_holds where request_id = $1', [id])
  return id
}

describe('I8 notices', () => {
  test('what an ended request still holds', async () => {
    const id = await world.ended()
    await world.database.pool.query(
      `insert into placement_reservations (request_id, site_id, datastore_moid, reserved_gib) values ($1, 'site-1', 'd', 1)`,
      [id],
    )
    expect((await leftOf(id, { vms: [aVm(id)] })).toSorted()).toEqual([
      `I8: request ${id} has ended but holds a quota hold`,
      `I8: request ${id} has ended but holds its name`,
      `I8: request ${id} has ended but holds reserved space`,
      `I8: request ${id} has ended but its VM exists`,
    ])
  })

  test('its disks, but not those of the VM that has its name now', async () => {
    const id = await tidied()
    const { rows } = await world.database.pool.query<{ name: string }>(
      'select vm_name as name from vm_requests where id = $1',
      [id],
    )
    const [{ name } = { name: '' }] = rows
    const disks = [{ siteId: 'site-1', folder: name }]
    expect(await leftOf(id, { disks: [{ siteId: 'site-2', folder: name }] })).toEqual([])
    expect(await leftOf(id, { disks })).toEqual([`I8: request ${id} has ended but the disks of ${name} are left`])
    const next = await world.aRequest()
    await world.database.pool.query('update vm_requests set vm_name = $2 where id = $1', [next, name])
    expect(await leftOf(id, { disks })).toEqual([])
  })

  test('its guest, but not another that has its address now', async () => {
    const id = await tidied()
    await world.audited(id, [{ event: 'addressFound', detail: { change: { address: '127.0.0.9' } } }])
    const guestAnswers = async (address: string, port: number) => address === '127.0.0.9' && port === 22
    expect(await leftOf(id, { guestAnswers })).toEqual([
      `I8: request ${id} has ended but its guest answers at 127.0.0.9`,
    ])
    expect(await leftOf(id, { guestAnswers: async () => false })).toEqual([])
    const next = await world.aRequest()
    await world.database.pool.query(`update vm_requests set address = '127.0.0.9' where id = $1`, [next])
    expect(await leftOf(id, { guestAnswers })).toEqual([])
  })
})
