import { describe, expect, test } from '@jest/globals'
import { someProgress } from '@berth/activities/vcenter/testing/vcenter-contract.ts'
import { followTask } from './follow-task.ts'
import { moref } from './managed-object.ts'
import type { Properties } from './read-properties.ts'
import type { VcenterConnection } from './vcenter-connection.ts'

const task = moref('Task', 'task-7')
const cancelled = new Error('the request was cancelled')

/** A connection on which the task stays as it is until `end`. */
function aRunningTask({ cancelable }: { cancelable: boolean }) {
  const calls: string[] = []
  const ended = Promise.withResolvers<Properties>()
  const found = { obj: task, propSet: [{ name: 'info.cancelable', val: cancelable }] }
  const connection = {
    client: {
      serviceContent: async () => ({ propertyCollector: moref('PropertyCollector', 'pc') }),
      call: async (method: string) => {
        calls.push(method)
        return method === 'RetrievePropertiesEx' ? { objects: [found] } : undefined
      },
    },
    stream: {
      async until(_object: unknown, decide: (properties: Properties) => unknown, signal?: AbortSignal) {
        signal?.throwIfAborted()
        calls.push('until')
        return decide(await ended.promise)
      },
    },
  } as unknown as VcenterConnection
  return { connection, calls, end: (state: string) => ended.resolve({ 'info.state': state }) }
}

describe('a vCenter task of a cancelled request', () => {
  test.each([
    ['is cancelled if vCenter can cancel it, and followed', true, ['RetrievePropertiesEx', 'CancelTask', 'until']],
    ['is only followed if vCenter cannot cancel it', false, ['RetrievePropertiesEx', 'until']],
  ])('%s', async (_what, cancelable, expected) => {
    const { connection, calls, end } = aRunningTask({ cancelable })
    const progress = { ...someProgress(AbortSignal.abort(cancelled)), cancelRequested: () => true }
    const following = followTask(connection, task, progress)
    end('error')
    await expect(following).rejects.toBe(cancelled)
    expect(calls).toEqual(expected)
  })

  test('is left alone when the attempt has to leave for another reason', async () => {
    const { connection, calls } = aRunningTask({ cancelable: true })
    await expect(followTask(connection, task, someProgress(AbortSignal.abort(cancelled)))).rejects.toBe(cancelled)
    expect(calls).toEqual([])
  })
})
