import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { changedSince, listenToChanges, type Changes } from './changes.ts'
import { aRequest, aRun, openWorld, type World } from './testing/world.ts'

let world: World
let changes: Changes

beforeAll(async () => {
  world = await openWorld({ quotas: [] })
  changes = await listenToChanges(world.url)
})
afterAll(async () => {
  await changes.close()
  await world.close()
})

const next = (wanted: (change: { requestId: string } | 'missed') => boolean): Promise<void> =>
  new Promise((resolve) => {
    const stop = changes.onRequestChanged((change) => {
      if (!wanted(change)) return
      stop()
      resolve()
    })
  })

describe('live changes', () => {
  test('are told by request when they are committed', async () => {
    const id = await aRequest(world)
    const { record } = await aRun(world, id)
    const told = next((change) => change !== 'missed' && change.requestId === id)
    await record({ state: 'provisioning' })
    await told
  })

  test('say that something may be missed when the connection was cut, and then go on', async () => {
    const missed = next((change) => change === 'missed')
    await world.database.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query = 'listen vm_request_changed'`,
    )
    await missed
    const id = await aRequest(world)
    const { record } = await aRun(world, id)
    await record({ state: 'provisioning', step: { name: 'place', state: 'running', attempt: 1 } })
    const told = next((change) => change !== 'missed' && change.requestId === id)
    await world.records.setWaitingFor(id, { sentence: 'the agent', since: new Date().toISOString() })
    await told
  })
})

describe('changes since a position', () => {
  test('are those since then, and none once all that was under way has ended', async () => {
    await aRequest(world)
    const xid = await settledPosition()
    const id = await aRequest(world)
    expect((await changedSince(world.database, xid)).ids).toContain(id)
    expect((await changedSince(world.database, await settledPosition())).ids).not.toContain(id)
  })

  /** Transactions of others on the same server hold the position back for as long as they run. */
  async function settledPosition(): Promise<string> {
    for (let position = await changedSince(world.database); ;) {
      const { xid, ids } = await changedSince(world.database, position.xid)
      if (ids.length === 0) return xid
      position = { xid, ids }
      await pause(20)
    }
  }

  test('include what a transaction that was open at the time commits later', async () => {
    const [slow, quick] = [await aRequest(world), await aRequest(world)]
    const client = await world.database.pool.connect()
    await client.query('begin')
    await client.query(`update vm_requests set purpose = 'slow' where id = $1`, [slow])
    await world.database.pool.query(`update vm_requests set purpose = 'quick' where id = $1`, [quick])
    const { xid } = await changedSince(world.database)
    await client.query('commit')
    client.release()
    expect((await changedSince(world.database, xid)).ids).toContain(slow)
  })
})
