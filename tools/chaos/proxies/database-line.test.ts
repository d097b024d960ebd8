import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { TcpLine } from '@berth/testing/tcp-line.ts'
import { chanceOf } from '../chance.ts'
import { faultPlan, type FaultPlan } from '../fault-plan.ts'
import { databaseLine } from './database-line.ts'

const heard: string[] = []
/** Answers each piece with `done`. */
const server = createServer((socket) =>
  socket
    .on('error', () => {})
    .on('data', (piece) => {
      heard.push(String(piece))
      socket.write('done')
    }),
)
const killed: string[] = []
let plan: FaultPlan
let line: TcpLine

beforeEach(async () => {
  ;[heard.length, killed.length] = [0, 0]
  plan = faultPlan(chanceOf(1))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  line = await databaseLine({ host: '127.0.0.1', port }, 'workers', {
    faultFor: plan.of,
    statements: () => plan.namesThrough('database'),
    kill: async (victim) => killed.push(`${victim}, ${heard.length} heard`) > 0,
  })
})

afterEach(async () => {
  await line.stop()
  await new Promise((resolve) => server.close(resolve))
})

/** What comes back, or nothing when the connection ends. */
async function said(statement: string): Promise<string> {
  const socket = connect(line.port, '127.0.0.1').on('error', () => {})
  socket.write(statement)
  const answer = await Promise.race([once(socket, 'data'), once(socket, 'close')])
  socket.destroy()
  return String(answer[0])
}

test('whatever a rule looks for in statements is found, in either case', async () => {
  const rule = plan.add({
    ...{ through: 'database', names: ['insert into notices'], times: 2 },
    fault: { kind: 'kill', victim: 'postgres', when: 'before' },
  })
  expect(await said('\0P\0INSERT INTO notices (id) values ($1)\0')).toBe('done')
  expect(await said('select 1')).toBe('done')
  expect(rule.hits()).toBe(1)
  expect(killed).toEqual(['postgres, 0 heard'])
})

test('a statement that is refused is not heard; one whose answer is lost is', async () => {
  plan.add({ through: 'database', names: ['update notices'], fault: { kind: 'refuse' } })
  plan.add({ through: 'database', names: ['commit'], fault: { kind: 'loseAnswer' } })
  expect(await said('update notices set')).not.toBe('done')
  expect(await said('commit')).not.toBe('done')
  expect(heard).toEqual(['commit'])
})

test('a process is killed when the database has done it', async () => {
  plan.add({ through: 'database', names: ['commit'], fault: { kind: 'kill', victim: 'api', when: 'after' } })
  expect(await said('commit')).toBe('done')
  expect(killed).toEqual(['api, 1 heard'])
})
