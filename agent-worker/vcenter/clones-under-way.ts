import { VcenterFault } from '@berth/activities/vcenter/vcenter-port.ts'
import { moref, vmRef } from './managed-object.ts'
import type { ManagedObjectReference } from './managed-object.ts'
import { readPropertiesAlong } from './read-properties.ts'
import type { SoapClient } from './soap-client.ts'
import { SoapFault } from './soap-fault.ts'
import type { VcenterConnection } from './vcenter-connection.ts'
import { taskResult } from './vcenter-task.ts'

/** Half of what the workflows give to destroying a VM; the next attempt goes on waiting. */
const limitMilliseconds = 300_000

/**
 * Waits until every clone of the template that is under way now has ended, however it ends. A vCenter task does not tell
 * the name of the VM it makes, so clones for other requests are waited for as well; those that begin later are not, or
 * a template in steady use would be waited for without end. False when there was none.
 */
export async function clonesUnderWayEnded(
  connection: VcenterConnection,
  templateMoid: string,
  signal: AbortSignal,
): Promise<boolean> {
  signal.throwIfAborted()
  const limit = AbortSignal.timeout(limitMilliseconds)
  const leave = AbortSignal.any([signal, limit])
  try {
    const tasks = await clonesUnderWay(connection.client, templateMoid)
    await Promise.all(tasks.map((task) => taskEnded(connection, task, leave)))
    return tasks.length > 0
  } catch (error) {
    signal.throwIfAborted()
    if (limit.aborted) throw new VcenterFault('vcenterBusy', `clones of ${templateMoid} are under way`)
    throw error
  }
}

/** The clones of the template that are queued or run, whoever began them: their tasks. */
export async function clonesUnderWay(client: SoapClient, templateMoid: string): Promise<ManagedObjectReference[]> {
  const paths = ['info.descriptionId', 'info.state']
  const recent = await readPropertiesAlong(client, vmRef(templateMoid), 'recentTask', 'Task', paths)
  return [...recent].flatMap(([key, { 'info.descriptionId': what, 'info.state': state }]) => {
    const isUnderWay = /^VirtualMachine\.clone/i.test(String(what)) && (state === 'queued' || state === 'running')
    return isUnderWay ? [moref('Task', key.slice('Task:'.length))] : []
  })
}

async function taskEnded(
  { stream }: VcenterConnection,
  task: ManagedObjectReference,
  signal: AbortSignal,
): Promise<void> {
  try {
    await taskResult(stream, task, { signal })
  } catch (error) {
    if (!(error instanceof SoapFault)) throw error
  }
}
