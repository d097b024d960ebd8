import { expect, test } from '@jest/globals'
import pg from 'pg'
import { createTestDatabase, testServers, uniqueSiteId } from './test-servers.ts'

test('test files that start at the same time get a migrated, empty database each', async () => {
  const databases = await Promise.all([createTestDatabase(), createTestDatabase(), createTestDatabase()])
  try {
    expect(new Set(databases.map(({ url }) => url)).size).toBe(3)
    for (const { url } of databases) expect(await rowsIn(url, 'vm_requests')).toBe(0)
  } finally {
    await Promise.all(databases.map((database) => database.drop()))
  }
})

test('each jest worker has a namespace, each test file a site', () => {
  expect(testServers.temporalNamespace).toMatch(/^test-\d+$/)
  expect(uniqueSiteId()).not.toBe(uniqueSiteId())
})

async function rowsIn(url: string, table: string): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ count: number }>(`select count(*)::int as count from ${table}`)
    return rows[0]?.count ?? -1
  } finally {
    await client.end()
  }
}
