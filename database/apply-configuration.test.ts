import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { applyConfiguration } from './apply-configuration.ts'
import { offeredItems } from './catalog-items.ts'
import { currentConfiguration } from './current-configuration.ts'
import { quotasOf } from './quotas.ts'
import { aConfiguration, anItem, openWorld, type World } from './testing/world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

describe('applying a configuration', () => {
  test('again changes nothing, by however many at once', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => applyConfiguration(world.database, aConfiguration())))
    expect(answers).toEqual([1, 2, 3].map(() => ({ version: 1, changed: false })))
  })

  test('keeps every version, and offers what the newest says', async () => {
    const changed = aConfiguration({
      catalogItems: [anItem({ version: 2 }), anItem({ id: 'debian', name: 'Debian' })],
      quotas: [],
    })
    await expect(applyConfiguration(world.database, changed)).resolves.toMatchObject({ changed: true })
    expect((await offeredItems(world.database)).map(({ item }) => `${item.id} ${item.version}`)).toEqual([
      'debian 1',
      'ubuntu 2',
    ])
    expect((await quotasOf(world.database, ['web']))[0]?.lines[0]?.limit).toBeNull()
    await expect(currentConfiguration(world.database)).resolves.toEqual(changed)
    const { rows } = await world.database.pool.query('select 1 from configuration_versions')
    expect(rows).toHaveLength(2)
  })

  test('a site that is gone takes its items out of the catalog', async () => {
    const elsewhere = { id: 'site-2', vcenter: 'https://other.example.test/sdk', addressAllow: [], addressIgnore: [] }
    await applyConfiguration(
      world.database,
      aConfiguration({ sites: [elsewhere], catalogItems: [anItem({ id: 'debian', version: 2, siteId: 'site-2' })] }),
    )
    expect((await offeredItems(world.database)).map(({ item }) => item.siteId)).toEqual(['site-2'])
  })
})
