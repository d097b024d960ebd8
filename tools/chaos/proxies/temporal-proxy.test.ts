import { once } from 'node:events'
import { connect, createServer, type ServerHttp2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { Connection } from '@temporalio/client'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { testServers } from '@berth/testing/test-servers.ts'
import type { Call, Fault } from '../fault.ts'
import { temporalProxy, type TemporalProxy } from './temporal-proxy.ts'

const calls: Call[] = []
const killed: string[] = []
let fault: Fault | undefined
let proxy: TemporalProxy
let connection: Connection

beforeEach(async () => {
  ;[calls.length, killed.length, fault] = [0, 0, undefined]
  proxy = await temporalProxy(testServers.temporalAddress, 'workers', {
    faultFor(call) {
      calls.push(call)
      return call.name === 'DescribeNamespace' ? fault : undefined
    },
    statements: () => [],
    kill: async (victim) => killed.push(victim) > 0,
  })
  connection = await Connection.connect({ address: `127.0.0.1:${proxy.port}` })
})

afterEach(async () => {
  await connection.close()
  await proxy.stop()
})

const describe = () => connection.workflowService.describeNamespace({ namespace: testServers.temporalNamespace })

test('calls pass, with their answers and refusals, and are known by name', async () => {
  expect((await describe()).namespaceInfo?.name).toBe(testServers.temporalNamespace)
  await expect(connection.workflowService.describeNamespace({ namespace: 'nobody' })).rejects.toThrow(/not found/i)
  expect(calls).toContainEqual({ through: 'temporal', by: 'workers', name: 'DescribeNamespace' })
})

test('a process is killed before or after a call', async () => {
  fault = { kind: 'kill', victim: 'api', when: 'before' }
  expect((await describe()).namespaceInfo?.name).toBe(testServers.temporalNamespace)
  fault = { kind: 'kill', victim: 'agent-demo', when: 'after' }
  expect((await describe()).namespaceInfo?.name).toBe(testServers.temporalNamespace)
  expect(killed).toEqual(['api', 'agent-demo'])
})

test('a call is not heard when its own process was killed before it', async () => {
  fault = { kind: 'kill', victim: 'workers', when: 'before' }
  await expect(describe()).rejects.toThrow(/cancel/i)
})

test('a server that takes no further calls on a connection is heard: what is under way is answered', async () => {
  const server = createServer()
  const sessions: ServerHttp2Session[] = []
  server.on('session', (session) => sessions.push(session))
  const asked = once(server, 'stream')
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const ending = await temporalProxy(`127.0.0.1:${port}`, 'workers', {
    ...{ faultFor: () => undefined, statements: () => [], kill: async () => true },
  })
  const client = connect(`http://127.0.0.1:${ending.port}`)
  const call = client.request({ ':path': '/slow', ':method': 'POST' })
  call.end()
  const [stream] = await asked
  const told = once(client, 'goaway')
  for (const session of sessions) session.goaway()
  await told
  const answered = once(call, 'response')
  stream.respond({ ':status': 200 })
  stream.end()
  expect((await answered)[0]).toMatchObject({ ':status': 200 })
  client.destroy()
  await ending.stop()
  await new Promise((resolve) => server.close(resolve))
})
