import { VcenterFault } from '@berth/activities/vcenter/vcenter-port.ts'
import type { EndOrder, StepProgress } from '@berth/activities/vcenter/vcenter-port.ts'
import { clonesUnderWayEnded } from './clones-under-way.ts'
import { followTask, settleEarlierTask } from './follow-task.ts'
import { findAllByInstanceUuid } from './inventory.ts'
import { vmRef } from './managed-object.ts'
import type { FoundVm } from './found-vm.ts'
import { findByName, findOurVm, stillOurVm } from './own-vm.ts'
import { powerOffHard } from './power-off-vm.ts'
import { isFault } from './soap-fault.ts'
import type { VcenterConnection } from './vcenter-connection.ts'
import { writeVm } from './write-vm.ts'

export async function destroyVm(connection: VcenterConnection, order: EndOrder, progress: StepProgress): Promise<void> {
  await settleEarlierTask(connection, progress)
  const vm = await findToDestroy(connection, order, progress)
  if (vm === undefined) return
  let isGone = false
  try {
    const off = await poweredOff(connection, order, vm, progress)
    if (off === undefined) return
    const task = await writeVm(connection, progress, 'Destroy_Task', vmRef(off.moid))
    await followTask(connection, task, progress)
    isGone = true
  } catch (error) {
    // Gone already, by a twin or by hand, or its task is forgotten: what vCenter finds now decides.
    if (!isFault(error, 'ManagedObjectNotFound')) throw error
  }
  connection.lastSeen.delete(order.requestId)
  // It was the only one under its uuid, and vCenter itself says that it has destroyed it.
  if (isGone) return
  const left = await findAllByInstanceUuid(connection.client, order.requestId)
  if (left.length > 0) {
    throw new VcenterFault('vcenterBusy', `vCenter still has ${left.map(({ value }) => value).join(', ')}`)
  }
}

async function poweredOff(
  connection: VcenterConnection,
  order: EndOrder,
  vm: FoundVm,
  progress: StepProgress,
): Promise<FoundVm | undefined> {
  if (vm.properties['runtime.powerState'] === 'poweredOff') return vm
  await powerOffHard(connection, vm.moid, progress)
  return stillOurVm(connection, order, vm, destroyPaths)
}

const destroyPaths = ['runtime.powerState', 'config.createDate']

/** A clone that was lost may be queued behind the one that made the VM, but not for longer than a clone is given. */
const clonesLastMilliseconds = 3 * 60 * 60 * 1000

/** While the VM holds its name, a further clone of it fails; once it is destroyed, that clone would make another. */
const mayBeFollowed = ({ properties }: FoundVm): boolean => {
  const age = Date.now() - Date.parse(String(properties['config.createDate']))
  return !(age > clonesLastMilliseconds)
}

/** Settles when no clone can follow. Undefined only when no clone is under way that could still make the VM, and neither uuid nor name finds it. */
async function findToDestroy(
  connection: VcenterConnection,
  order: EndOrder,
  { signal }: StepProgress,
): Promise<FoundVm | undefined> {
  const vm = await findOurVm(connection, order, destroyPaths)
  if (vm !== undefined && !mayBeFollowed(vm)) return vm
  const { placement } = order
  const waited = placement !== undefined && (await clonesUnderWayEnded(connection, placement.templateMoid, signal))
  if (vm !== undefined) return waited ? stillOurVm(connection, order, vm, destroyPaths) : vm
  return (await findOurVm(connection, order, destroyPaths)) ?? findByName(connection, order, destroyPaths)
}
