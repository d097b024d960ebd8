import type { StepProgress } from '@berth/activities/vcenter/vcenter-port.ts'
import { moref } from './managed-object.ts'
import type { ManagedObjectReference } from './managed-object.ts'
import type { VcenterConnection } from './vcenter-connection.ts'
import { SoapFault } from './soap-fault.ts'
import { taskResult } from './vcenter-task.ts'

/**
 * Waits for a vCenter task and tells the next attempt about it. Only a cancelled request cancels the task as well: a
 * worker that shuts down, a pause or a timeout leave it running for the next attempt.
 */
export async function followTask(
  { client, stream }: VcenterConnection,
  task: ManagedObjectReference,
  progress: StepProgress,
): Promise<unknown> {
  progress.report({ taskMoid: task.value })
  try {
    return await taskResult(stream, task, {
      signal: progress.signal,
      onProgress: (percent) => progress.report({ percent }),
    })
  } catch (error) {
    if (progress.signal.aborted && progress.cancelRequested()) {
      await client.call('CancelTask', task).catch(() => undefined)
    }
    throw error
  }
}

/** Lets the vCenter task of an earlier attempt end, however it ends: what it did shows in the inventory. */
export async function settleEarlierTask(connection: VcenterConnection, progress: StepProgress): Promise<void> {
  progress.signal.throwIfAborted()
  if (progress.lastTaskMoid === undefined) return
  try {
    await followTask(connection, moref('Task', progress.lastTaskMoid), progress)
  } catch (error) {
    if (!(error instanceof SoapFault)) throw error
  }
}
