import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { openDatabase } from './connect.ts'
import { createRequestRecords } from './request-records.ts'
import { RecordsFault } from './records-fault.ts'
import { transaction } from './transaction.ts'
import { aRequest, openWorld, type World } from './testing/world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld({ quotas: [] })
})
afterAll(() => world.close())

const purposeOf = async (id: string) =>
  (await world.database.pool.query<{ purpose: string }>('select purpose from vm_requests where id = $1', [id])).rows[0]
    ?.purpose

describe('a transaction', () => {
  test('leaves nothing behind when its work fails', async () => {
    const id = await aRequest(world)
    const failing = transaction(world.database.pool, async (client) => {
      await client.query(`update vm_requests set purpose = 'changed' where id = $1`, [id])
      throw new Error('a bug')
    })
    await expect(failing).rejects.toThrow('a bug')
    expect(await purposeOf(id)).toBe('to try it')
  })

  test('that deadlocks with another is tried again, so that both succeed', async () => {
    const [a, b] = [await aRequest(world), await aRequest(world)]
    let both!: () => void
    const bothHoldOne = new Promise<void>((resolve) => (both = resolve))
    let holding = 0
    const lockInOrder = (first: string, second: string) =>
      transaction(world.database.pool, async (client) => {
        await client.query(`update vm_requests set purpose = purpose || '+' where id = $1`, [first])
        holding += 1
        if (holding === 2) both()
        await bothHoldOne
        await client.query(`update vm_requests set purpose = purpose || '+' where id = $1`, [second])
      })
    await Promise.all([lockInOrder(a, b), lockInOrder(b, a)])
    expect([await purposeOf(a), await purposeOf(b)]).toEqual(['to try it++', 'to try it++'])
  })

  test('against a database that is away is databaseUnavailable, for every record', async () => {
    const away = openDatabase('postgresql://app@127.0.0.1:1/nowhere')
    const records = createRequestRecords(away)
    const run = { requestId: 'a2d0a4f6-5a0a-4c55-a1d0-3c7a5e5d9f10', runId: 'run' }
    for (const call of [
      records.openRun(run),
      records.reasonsToReject(run.requestId),
      records.setWaitingFor(run.requestId, null),
    ]) {
      const fault = await call.then(
        () => undefined,
        (error: unknown) => error,
      )
      expect(fault).toBeInstanceOf(RecordsFault)
      expect(fault).toMatchObject({ code: 'databaseUnavailable' })
    }
    await away.close()
  })

  test('whose connection is cut between two statements is databaseUnavailable, and the process lives', async () => {
    const cut = transaction(world.database.pool, async (client) => {
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
      const ended = new Promise((resolve) => client.once('end', resolve))
      await world.database.pool.query('select pg_terminate_backend($1)', [rows[0]?.pid])
      await ended
      await client.query('select 1')
    })
    await expect(cut).rejects.toMatchObject({ code: 'databaseUnavailable' })
  })

  test('goes on after the server cut every connection', async () => {
    const id = await aRequest(world)
    await world.database.pool.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
    const again = (tries: number): Promise<string[]> =>
      world.records
        .reasonsToReject(id)
        .catch((error: unknown) => (tries > 1 ? again(tries - 1) : Promise.reject(error as Error)))
    await expect(again(world.database.pool.options.max)).resolves.toEqual([])
  })
})
