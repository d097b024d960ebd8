import type { StepProgress } from '@berth/activities/vcenter/vcenter-port.ts'
import { cloneLimitSeconds } from '@berth/domain/clone-limit.ts'
import { moref } from './managed-object.ts'
import type { ManagedObjectReference } from './managed-object.ts'
import { readProperty } from './read-properties.ts'
import type { VcenterConnection } from './vcenter-connection.ts'
import { SoapFault } from './soap-fault.ts'
import { taskResult } from './vcenter-task.ts'
import { writeVm } from './write-vm.ts'

/**
 * Waits for a vCenter task and tells the next attempt about it. Only a cancelled request cancels the task as well, and
 * is left when the task has ended: what is undone next must not be overtaken by it. A worker that shuts down, a pause
 * or a timeout leave it running for the next attempt.
 */
export async function followTask(
  connection: VcenterConnection,
  task: ManagedObjectReference,
  progress: StepProgress,
): Promise<unknown> {
  progress.report({ taskMoid: task.value })
  try {
    return await taskResult(connection.stream, task, {
      signal: progress.signal,
      onProgress: (percent) => progress.report({ percent }),
    })
  } catch (error) {
    if (progress.signal.aborted && progress.cancelRequested()) {
      await endCancelledTask(connection, task, progress)
    }
    throw error
  }
}

/**
 * A task that vCenter does not call cancelable is followed without being cancelled: its state would read as ended while
 * its work goes on, as the simulator's does.
 */
async function endCancelledTask(
  connection: VcenterConnection,
  task: ManagedObjectReference,
  progress: StepProgress,
): Promise<void> {
  const { client, stream } = connection
  try {
    if ((await readProperty(client, task, 'info.cancelable')) === true) {
      await writeVm(connection, progress, 'CancelTask', task).catch(() => undefined)
    }
    // One that hangs in vCenter must not keep its slot, and its turn, for ever.
    await taskResult(stream, task, { signal: AbortSignal.timeout(cloneLimitSeconds * 1_000) })
  } catch {
    // However it ended, and if vCenter went away meanwhile: the cancellation counts, and destroying looks for the VM.
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
