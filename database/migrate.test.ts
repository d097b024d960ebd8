import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { migrate } from './migrate.ts'
import { emptyDatabase } from './testing/world.ts'

let database: Awaited<ReturnType<typeof emptyDatabase>>

beforeEach(async () => {
  database = await emptyDatabase()
})
afterEach(() => database.drop())

async function query<T extends pg.QueryResultRow>(sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  return (await client.query<T>(sql).finally(() => client.end())).rows
}

describe('migrating', () => {
  test('two that race apply each migration once, and a third finds nothing to do', async () => {
    const applied = await Promise.all([migrate(database.url), migrate(database.url)])
    const recorded = await query<{ migration_name: string }>('select migration_name from _prisma_migrations')
    expect(applied.flat().sort()).toEqual(recorded.map(({ migration_name }) => migration_name).sort())
    expect(applied.flat().length).toBeGreaterThan(0)
    await expect(migrate(database.url)).resolves.toEqual([])
  })

  test('stops at a migration that was edited after it was applied', async () => {
    await migrate(database.url)
    await query(`update _prisma_migrations set checksum = 'other'`)
    await expect(migrate(database.url)).rejects.toThrow('was edited after it was applied')
  })

  test('stops at a migration that failed before', async () => {
    await migrate(database.url)
    await query('update _prisma_migrations set finished_at = null')
    await expect(migrate(database.url)).rejects.toThrow('failed before')
  })
})
