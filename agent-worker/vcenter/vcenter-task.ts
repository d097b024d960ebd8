import type { SoapMethod } from './element-order.ts'
import type { ManagedObjectReference } from './managed-object.ts'
import type { SoapClient } from './soap-client.ts'
import { faultOf } from './soap-fault.ts'
import type { UpdateStream } from './update-stream.ts'

export interface TaskWatch {
  signal?: AbortSignal
  onProgress?: (percent: number) => void
}

/**
 * Waits for a vCenter task and answers its `result`. Throws the task's own fault as SoapFault, and
 * ManagedObjectNotFound when vCenter no longer knows the task. An aborted wait leaves the task running.
 */
export async function taskResult(
  stream: UpdateStream,
  task: ManagedObjectReference,
  { signal, onProgress }: TaskWatch = {},
): Promise<unknown> {
  const outcome = await stream.until(
    task,
    (properties) => {
      const percent = Number(properties['info.progress'])
      if (!Number.isNaN(percent)) onProgress?.(percent)
      const state = properties['info.state']
      if (state === 'success') return { result: properties['info.result'] }
      if (state === 'error') throw faultOf('vCenter task', properties['info.error'])
      return undefined
    },
    signal,
  )
  return outcome.result
}

/** Starts a vCenter task and waits for it. */
export async function runTask(
  client: SoapClient,
  stream: UpdateStream,
  method: SoapMethod & `${string}_Task`,
  target: ManagedObjectReference,
  args: Readonly<Record<string, unknown>> = {},
  watch: TaskWatch = {},
): Promise<unknown> {
  const task = await client.call<ManagedObjectReference>(method, target, args)
  return taskResult(stream, task, watch)
}
