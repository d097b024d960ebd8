import { setTimeout as sleep } from 'node:timers/promises'
import { VcenterFault } from '@berth/activities/vcenter/vcenter-port.ts'
import type { CloneOrder, StepProgress } from '@berth/activities/vcenter/vcenter-port.ts'
import { diskToGrow, differences, hardwarePaths } from './as-ordered.ts'
import { cloneSource } from './clone-source.ts'
import type { CloneSource } from './clone-source.ts'
import { cloneSpecification } from './clone-specification.ts'
import { clonesUnderWayEnded } from './clones-under-way.ts'
import { followTask, settleEarlierTask } from './follow-task.ts'
import { findChild } from './inventory.ts'
import { isMoref, vmRef } from './managed-object.ts'
import { keepMade } from './made-vm.ts'
import { findByName, findOurVm, hasOurMarker, isOurs, otherUuid, readVms, stillOurVm } from './own-vm.ts'
import { bootPaths } from './power-on-vm.ts'
import type { FoundVm } from './found-vm.ts'
import { isFault, SoapFault, VcenterUnreachable } from './soap-fault.ts'
import { rememberVm } from './vcenter-connection.ts'
import type { VcenterConnection } from './vcenter-connection.ts'
import { growDisk } from './virtual-devices.ts'
import { writeVm } from './write-vm.ts'

/**
 * Adopts the request's VM if an earlier attempt or a twin made it, else clones it; either way it is then made and
 * found to be as ordered. The VM's name in its folder is what keeps two concurrent attempts from making two VMs.
 */
export async function cloneVm(
  connection: VcenterConnection,
  order: CloneOrder,
  progress: StepProgress,
): Promise<{ moid: string }> {
  await settleEarlierTask(connection, progress)
  const source = await cloneSource(connection, order.placement)
  const existing = (await findOurVm(connection, order, readPaths)) ?? (await vmOfLostClone(connection, order, progress))
  const vm = existing ?? (await makeClone(connection, order, source, progress))
  const complete = await growIfOrdered(connection, order, vm, progress)
  const asOrdered = await checkAsOrdered(connection, order, source, complete)
  rememberVm(connection, order.requestId, asOrdered.moid)
  keepMade(connection, order, asOrdered)
  return { moid: asOrdered.moid }
}

/** What the order is checked by, and what powering on asks for next. */
const readPaths = [...hardwarePaths, ...bootPaths]

/** An earlier attempt may have begun a clone that nobody heard of again. */
const vmOfLostClone = async (connection: VcenterConnection, order: CloneOrder, progress: StepProgress) =>
  progress.mayHaveWritten ? lookForClone(connection, order, progress.signal) : undefined

/** Waits for what may be the clone, and finds its VM. */
async function lookForClone(
  connection: VcenterConnection,
  order: CloneOrder,
  signal: AbortSignal,
): Promise<FoundVm | undefined> {
  await clonesUnderWayEnded(connection, order.placement.templateMoid, signal)
  return (await findOurVm(connection, order, readPaths)) ?? findByName(connection, order, readPaths)
}

async function makeClone(
  connection: VcenterConnection,
  order: CloneOrder,
  source: CloneSource,
  progress: StepProgress,
): Promise<FoundVm> {
  const template = vmRef(order.placement.templateMoid)
  let isUnanswered = false
  try {
    const specification = cloneSpecification(order, source)
    const made = await inTurn(connection, order, progress, async () => {
      isUnanswered = true
      const task = await writeVm(connection, progress, 'CloneVM_Task', template, specification)
      isUnanswered = false
      return followTask(connection, task, progress)
    })
    const vm = isMoref(made) ? (await readVms(connection, [made.value], readPaths))[0] : undefined
    return vm === undefined ? await vmThatVanished(connection, order) : refuseOtherUuid(connection, order, vm)
  } catch (error) {
    if (isUnanswered && error instanceof VcenterUnreachable) {
      const vm = await vmOfLateCall(connection, order, progress)
      if (vm !== undefined) return vm
    }
    if (isFault(error, 'DuplicateName')) return adoptByName(connection, order, error.detail['object'])
    if (isFault(error, 'ManagedObjectNotFound')) return vmAfterLostTask(connection, order, error)
    // A clone may end in error after it made the VM: whether that is as ordered is found out next.
    const made = error instanceof SoapFault ? await findOurVm(connection, order, readPaths) : undefined
    if (made !== undefined) return made
    throw error
  }
}

/** vCenter and datastore bear only so many at a time; whoever waits for the datastore says so with each heartbeat. */
const inTurn = <T>(
  { cloneTurns }: VcenterConnection,
  { placement: { datastoreMoid, datastoreName } }: CloneOrder,
  progress: StepProgress,
  clone: () => Promise<T>,
): Promise<T> =>
  cloneTurns.take(
    datastoreMoid,
    clone,
    (before) =>
      progress.report({
        queuedFor:
          before === undefined ? undefined : { datastore: datastoreName, limit: cloneTurns.perDatastore, before },
      }),
    progress.signal,
  )

/**
 * A call without an answer may have reached vCenter, or do so after it was given up. This attempt stays until it cannot come any
 * more, also when the request is cancelled meanwhile: what follows then is the destruction, which finds only what is there, and
 * gives the name free that would refuse the clone.
 */
async function vmOfLateCall(
  connection: VcenterConnection,
  order: CloneOrder,
  { signal, cancelRequested }: StepProgress,
): Promise<FoundVm | undefined> {
  const { lateCallSeconds } = connection
  if (lateCallSeconds === 0) return undefined
  const found = signal.aborted ? undefined : await lookForClone(connection, order, signal)
  if (found !== undefined) return found
  await sleep(lateCallSeconds * 1_000, undefined, { signal }).catch(() => undefined)
  if (signal.aborted && cancelRequested()) await sleep(lateCallSeconds * 1_000)
  return signal.aborted ? undefined : lookForClone(connection, order, signal)
}

/** vCenter may give a clone another instanceUuid than was ordered. Nothing finds it by uuid then: a person decides. */
function refuseOtherUuid(connection: VcenterConnection, order: CloneOrder, vm: FoundVm): FoundVm {
  rememberVm(connection, order.requestId, vm.moid)
  if (isOurs(vm.properties, order)) return vm
  throw otherUuid(vm, order)
}

/** vCenter forgets tasks, as after its restart: if the clone is not there now, the next attempt makes it. */
async function vmAfterLostTask(connection: VcenterConnection, order: CloneOrder, error: unknown): Promise<FoundVm> {
  const { obj } = (error as { detail: { obj?: unknown } }).detail
  if (isMoref(obj) && obj.type === 'Task') {
    const vm = await findOurVm(connection, order, readPaths)
    if (vm !== undefined) return vm
    throw new VcenterFault('vcenterSessionLost', `vCenter no longer knows ${obj.value}`)
  }
  connection.placements.networkCards.delete(order.placement.templateMoid)
  throw isMoref(obj) && obj.value === order.placement.templateMoid
    ? new VcenterFault('templateMissing', obj.value)
    : error
}

async function vmThatVanished(connection: VcenterConnection, order: CloneOrder): Promise<FoundVm> {
  const vm = await findOurVm(connection, order, readPaths)
  if (vm === undefined) throw new VcenterFault('vmVanished', `${order.vmName} vanished right after it was cloned`)
  return vm
}

/** The name is taken: by the VM that a twin or a lost call made, or by somebody else's. */
async function adoptByName(connection: VcenterConnection, order: CloneOrder, holder: unknown): Promise<FoundVm> {
  const named = isMoref(holder) ? holder : await findChild(connection.client, order.placement.folderMoid, order.vmName)
  if (named?.type !== 'VirtualMachine') throw new VcenterFault('nameTaken', order.vmName)
  const [vm] = await readVms(connection, [named.value], readPaths)
  if (vm === undefined) throw new VcenterFault('vcenterBusy', `${order.vmName} was just removed`)
  if (isOurs(vm.properties, order)) return vm
  // A VM that is being cloned has no configuration yet: the next attempt will see whose it is.
  if (vm.properties['config.instanceUuid'] === undefined) {
    throw new VcenterFault('vcenterBusy', `${order.vmName} is being created`)
  }
  if (hasOurMarker(vm.properties, order)) throw otherUuid(vm, order)
  throw new VcenterFault('nameTaken', `${order.vmName} (${vm.moid})`)
}

async function growIfOrdered(
  connection: VcenterConnection,
  order: CloneOrder,
  vm: FoundVm,
  progress: StepProgress,
): Promise<FoundVm> {
  if (diskToGrow(vm.properties, order) === undefined) return vm
  const current = (await stillOurVm(connection, order, vm, readPaths)) ?? (await vmThatVanished(connection, order))
  const disk = diskToGrow(current.properties, order)
  if (disk === undefined) return current
  const spec = { deviceChange: [growDisk(disk, order.size.diskGiB)] }
  const task = await writeVm(connection, progress, 'ReconfigVM_Task', vmRef(current.moid), { spec })
  await followTask(connection, task, progress)
  return readAgain(connection, order, current)
}

/** A VM that was adopted while its clone was still being finished gets a moment; then the order counts. */
async function checkAsOrdered(
  connection: VcenterConnection,
  order: CloneOrder,
  { backing }: CloneSource,
  vm: FoundVm,
): Promise<FoundVm> {
  if (differences(vm.properties, order, backing).length === 0) return vm
  await sleep(adoptionGraceMilliseconds)
  const again = await readAgain(connection, order, vm)
  const left = differences(again.properties, order, backing)
  if (left.length > 0) throw new VcenterFault('specificationMismatch', `${order.vmName} has ${left.join(', ')}`)
  return again
}

const adoptionGraceMilliseconds = 1_000

async function readAgain(connection: VcenterConnection, order: CloneOrder, { moid }: FoundVm): Promise<FoundVm> {
  const [vm] = await readVms(connection, [moid], readPaths)
  return vm ?? vmThatVanished(connection, order)
}
