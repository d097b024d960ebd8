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
    kill: async (victim) => void killed.push(victim),
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
