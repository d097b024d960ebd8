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

async function inTransaction(sql: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query('begin')
  await client.query(sql)
  return client
}

async function untilWaitedFor(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ waiting: boolean }>(
      `select exists (select 1 from pg_locks l join pg_database d on d.oid = l.database
         where not l.granted and d.datname = current_database()) as waiting`,
    )
    if (rows[0]?.waiting === true) return
  }
}

describe('migrating', () => {
  test('two that race apply each migration once, and a third finds nothing to do', async () => {
    const applied = await Promise.all([migrate(database.url), migrate(database.url)])
    const recorded = await query<{ migration_name: string }>('select migration_name from _prisma_migrations')
    expect(applied.flat().sort()).toEqual(recorded.map(({ migration_name }) => migration_name).sort())
    expect(applied.flat().length).toBeGreaterThan(0)
    await expect(migrate(database.url)).resolves.toEqual([])
  })

  test('gives way to a transaction that uses a table, and is tried again when that has ended', async () => {
    await migrate(database.url, { leaveOut: 1 })
    // What the newest migration changes.
    const busy = await inTransaction('select 1 from applied_messages')
    const patience = { lockSeconds: 0.1, tries: 2 }
    const refused = await migrate(database.url, patience).catch((error: unknown) => String(error))
    expect(refused).toMatch(
      /was tried 2 times .* by process \d+ for \d+ s \(select 1 from applied_messages\); nothing of it/,
    )

    const migrating = migrate(database.url, { ...patience, tries: 1_000 })
    await untilWaitedFor(busy)
    await busy.query('commit')
    await busy.end()
    expect(await migrating).toHaveLength(1)
  })

  test('that ends in the middle leaves nothing behind, and the next one does it all', async () => {
    await migrate(database.url, { leaveOut: 1 })
    const busy = await inTransaction('select 1 from applied_messages')
    const dying = migrate(database.url, { tries: 1_000 }).catch((error: unknown) => String(error))
    await untilWaitedFor(busy)
    await query(
      `select pg_terminate_backend(l.pid) from pg_locks l join pg_database d on d.oid = l.database
       where not l.granted and d.datname = current_database()`,
    )
    expect(await dying).toMatch(/terminat/)
    await busy.query('commit')
    await busy.end()
    await expect(migrate(database.url)).resolves.toHaveLength(1)
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
