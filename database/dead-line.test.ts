import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { tcpLine, type TcpLine } from '@berth/testing/tcp-line.ts'
import { listenToChanges } from './changes.ts'
import { openDatabase, type Database } from './connect.ts'
import { openWorld, type World } from './testing/world.ts'
import { transaction } from './transaction.ts'

/** A network that forgets connections without a word: nothing passes any more and nothing ends. New ones are fine. */
interface ForgetfulLine extends TcpLine {
  url: string
  forgetAll(): void
}

let world: World
let line: ForgetfulLine

beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  line = await forgetfulLine(world.url)
})
afterEach(() => line.stop())

async function forgetfulLine(databaseUrl: string): Promise<ForgetfulLine> {
  const url = new URL(databaseUrl)
  const forgotten: { now: boolean }[] = []
  const made = await tcpLine({ host: url.hostname, port: Number(url.port) }, () => {
    const connection = { now: false }
    forgotten.push(connection)
    return () => (connection.now ? new Promise<never>(() => undefined) : Promise.resolve(true))
  })
  url.host = `127.0.0.1:${made.port}`
  return {
    ...made,
    url: url.href,
    forgetAll() {
      for (const connection of forgotten) connection.now = true
    },
  }
}

describe('when the network forgets connections to the database', () => {
  test('the one that listens is given up for another, and changes are told again', async () => {
    const changes = await listenToChanges(line.url, { everySeconds: 0.05, answerSeconds: 1 })
    const told: (string | undefined)[] = []
    const missed = new Promise((resolve) =>
      changes.onRequestChanged((change) => {
        told.push(change === 'missed' ? 'missed' : change.requestId)
        resolve(undefined)
      }),
    )
    line.forgetAll()
    await missed
    expect(told).toEqual(['missed'])

    const next = new Promise((resolve) => changes.onRequestChanged(resolve))
    await world.database.pool.query(`select pg_notify('vm_request_changed', 'a request')`)
    expect(await next).toEqual({ requestId: 'a request' })
    await changes.close()
  })

  test('queries fail as those of a database that is away, and leave their places to others', async () => {
    const database = openDatabase(line.url, { maxConnections: 2, answerSeconds: 0.5 })
    const ask = () => transaction(database.pool, (client) => client.query('select 1'))
    await Promise.all([ask(), ask()])
    line.forgetAll()
    const answers = await Promise.allSettled([ask(), database.pool.query('select 1')])
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(answers[0]).toMatchObject({ reason: { code: 'databaseUnavailable' } })
    expect(await Promise.all([ask(), ask(), ask()])).toHaveLength(3)
    await database.close()
  })

  test('a transaction that was under way gives its locks back', async () => {
    const lost = openDatabase(line.url, { answerSeconds: 0.5 })
    const locked = (database: Database, then: () => void) =>
      transaction(database.pool, async (client) => {
        await client.query(`select seq from audit_chains where chain = 'system' for update`)
        then()
        await client.query('select 1')
      })
    await expect(locked(lost, () => line.forgetAll())).rejects.toMatchObject({ code: 'databaseUnavailable' })
    await locked(world.database, () => undefined)
    await lost.close()
  })
})
