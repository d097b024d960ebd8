import { expect, test } from '@jest/globals'
import type { Client } from '@temporalio/client'
import { siteSights } from './site-sights.ts'

const identity = 'agent/ams/host/1.0.0/7'
const secondsAgo = (seconds: number) => ({ seconds: Math.floor(Date.now() / 1_000) - seconds, nanos: 0 })

/** What Temporal says of one agent, which polls. */
const clientOf = (workerHeartbeat: object) =>
  ({
    options: { namespace: 'test' },
    workflowService: {
      describeTaskQueue: async () => ({ pollers: [{ identity, lastAccessTime: secondsAgo(3) }] }),
      listWorkers: async () => ({
        workersInfo: [{ workerHeartbeat: { workerInstanceKey: 'key', workerIdentity: identity, ...workerHeartbeat } }],
      }),
    },
  }) as unknown as Client

test('an agent whose clock is behind is not called silent at the first look', async () => {
  const running = { heartbeatTime: secondsAgo(30), status: 1 }
  expect((await siteSights(clientOf(running)).see('ams')).agents).toMatchObject([{ identity, alive: true }])
})

test('an agent that said that it stops is gone, though it has just polled', async () => {
  const stopped = { heartbeatTime: secondsAgo(30), status: 3 }
  expect((await siteSights(clientOf(stopped)).see('ams')).agents).toMatchObject([{ identity, alive: false }])
})
