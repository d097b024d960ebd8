import { VcenterFault } from '@berth/activities/vcenter/vcenter-port.ts'
import type { StepProgress, VmIdentity } from '@berth/activities/vcenter/vcenter-port.ts'
import { followTask, settleEarlierTask } from './follow-task.ts'
import { findAllByInstanceUuid } from './inventory.ts'
import { vmRef } from './managed-object.ts'
import type { ManagedObjectReference } from './managed-object.ts'
import { findOurVm } from './own-vm.ts'
import { powerOffHard } from './power-off-vm.ts'
import { isFault } from './soap-fault.ts'
import type { VcenterConnection } from './vcenter-connection.ts'

export async function destroyVm(
  connection: VcenterConnection,
  identity: VmIdentity,
  progress: StepProgress,
): Promise<void> {
  await settleEarlierTask(connection, progress)
  const vm = await findOurVm(connection, identity, ['runtime.powerState'])
  if (vm === undefined) return
  try {
    if (vm.properties['runtime.powerState'] !== 'poweredOff') await powerOffHard(connection, vm.moid, progress)
    progress.signal.throwIfAborted()
    const task = await connection.client.call<ManagedObjectReference>('Destroy_Task', vmRef(vm.moid))
    await followTask(connection, task, progress)
  } catch (error) {
    // Gone already, by a twin or by hand, or its task is forgotten: what vCenter finds now decides.
    if (!isFault(error, 'ManagedObjectNotFound')) throw error
  }
  connection.lastSeen.delete(identity.requestId)
  const left = await findAllByInstanceUuid(connection.client, identity.requestId)
  if (left.length > 0) {
    throw new VcenterFault('vcenterBusy', `vCenter still has ${left.map(({ value }) => value).join(', ')}`)
  }
}
