import type { StepProgress } from '@berth/activities/vcenter/vcenter-port.ts'
import type { ManagedObjectReference } from './managed-object.ts'
import type { WritingMethod } from './writing-methods.ts'
import type { VcenterConnection } from './vcenter-connection.ts'

/**
 * The only way to change something at vCenter: Temporal is asked right before whether this attempt still counts, and
 * the request is not sent any more when that answer has grown old. See docs/adr/0012.
 */
export async function writeVm<T = ManagedObjectReference>(
  { client }: VcenterConnection,
  progress: StepProgress,
  method: WritingMethod,
  target: ManagedObjectReference,
  args?: Readonly<Record<string, unknown>>,
  signal?: AbortSignal,
): Promise<T> {
  const isCancelling = method === 'CancelTask'
  if (!isCancelling) progress.signal.throwIfAborted()
  // Logging in may take long, so it comes before the question.
  await client.serviceContent()
  const permit = await progress.permitToWrite({ alsoWhenLeaving: isCancelling })
  if (!isCancelling) progress.signal.throwIfAborted()
  return client.call<T>(method, target, args, {
    maySend: permit.isFresh,
    ...(signal === undefined ? {} : { signal }),
  })
}
