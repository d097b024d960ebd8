import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { auditSystem } from './audit.ts'
import { transaction } from './transaction.ts'
import { verifyAudit } from './verify-audit.ts'
import { aRequest, aRun, handOver, openWorld, type World } from './testing/world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

/** What only somebody with the server's keys can do: tamper with the triggers off. */
const tamper = async (sql: string, requestId: string) => {
  const { pool } = world.database
  await pool.query('alter table audit_entries disable trigger user')
  await pool.query(sql, [requestId])
  await pool.query('alter table audit_entries enable trigger user')
}

async function aLife(): Promise<string> {
  const id = await aRequest(world)
  await handOver(await aRun(world, id))
  return id
}

describe('the audit', () => {
  test('refuses to be changed, shortened or emptied', async () => {
    await aLife()
    for (const sql of [
      `update audit_entries set by = 'nobody'`,
      'delete from audit_entries',
      'truncate audit_entries cascade',
    ])
      await expect(world.database.pool.query(sql)).rejects.toThrow('append-only')
  })

  test('verifies, each request’s chain and the system’s', async () => {
    await aLife()
    const { pool } = world.database
    const at = new Date().toISOString()
    await Promise.all(
      [1, 2, 3, 4, 5].map((number) =>
        transaction(pool, (client) =>
          auditSystem(client, { at, by: 'oscar', event: 'tested', detail: { number, nothing: undefined } }),
        ),
      ),
    )
    await expect(verifyAudit(world.database)).resolves.toEqual([])
  })

  test('tells an entry that was changed', async () => {
    const id = await aLife()
    await tamper(`update audit_entries set by = 'somebody' where request_id = $1 and seq = 3`, id)
    await expect(verifyAudit(world.database, id)).resolves.toEqual([
      { chain: id, seq: 3, problem: 'this entry was changed' },
    ])
  })

  test('tells entries that are missing, in the middle and at the end', async () => {
    const middle = await aLife()
    await tamper(`delete from audit_entries where request_id = $1 and seq = 3`, middle)
    await expect(verifyAudit(world.database, middle)).resolves.toMatchObject([
      { seq: 4, problem: 'an entry before this one is missing' },
    ])
    const end = await aLife()
    await tamper(`delete from audit_entries where request_id = $1 and seq > 8`, end)
    await expect(verifyAudit(world.database, end)).resolves.toMatchObject([
      { problem: 'the end of the chain is missing or was changed' },
    ])
  })
})
