import type { EndOrder, PoweredOff, StepProgress, VmIdentity } from '@berth/activities/vcenter/vcenter-port.ts'
import { followTask, settleEarlierTask } from './follow-task.ts'
import type { FoundVm } from './found-vm.ts'
import { isMoref, vmRef } from './managed-object.ts'
import { findByName, findOurVm, stillOurVm } from './own-vm.ts'
import { isFault, SoapFault } from './soap-fault.ts'
import type { VcenterConnection } from './vcenter-connection.ts'
import { writeVm } from './write-vm.ts'

/** A VM that is no longer in vCenter is as off as can be. */
export async function powerOffVm(
  connection: VcenterConnection,
  order: EndOrder,
  guestShutdownSeconds: number,
  progress: StepProgress,
): Promise<PoweredOff> {
  await settleEarlierTask(connection, progress)
  const vm = (await findOurVm(connection, order, powerPaths)) ?? (await findByName(connection, order, powerPaths))
  if (vm === undefined) return { found: false }
  if (vm.properties['runtime.powerState'] === 'poweredOff') return { found: true }
  try {
    return await powerOffFound(connection, order, vm, guestShutdownSeconds, progress)
  } catch (error) {
    if (!isFault(error, 'ManagedObjectNotFound') || !isMoref(error.detail['obj'])) throw error
    if (error.detail['obj'].type !== 'VirtualMachine') throw error
    return { found: false }
  }
}

const powerPaths = ['runtime.powerState', 'guest.toolsRunningStatus']

async function powerOffFound(
  connection: VcenterConnection,
  identity: VmIdentity,
  vm: FoundVm,
  guestShutdownSeconds: number,
  progress: StepProgress,
): Promise<PoweredOff> {
  const { moid, properties } = vm
  let now: FoundVm | undefined = vm
  const toolsRun = properties['guest.toolsRunningStatus'] === 'guestToolsRunning'
  if (toolsRun && properties['runtime.powerState'] === 'poweredOn' && guestShutdownSeconds > 0) {
    if (await shutDownGuest(connection, moid, guestShutdownSeconds, progress)) return { found: true }
    // The guest was given minutes: whose the VM is, is asked anew.
    now = await stillOurVm(connection, identity, vm, powerPaths)
  }
  if (now === undefined) return { found: false }
  await powerOffHard(connection, now.moid, progress)
  return { found: true }
}

/** True when the guest went down in time. A guest that cannot be asked is powered off hard. */
async function shutDownGuest(
  connection: VcenterConnection,
  moid: string,
  seconds: number,
  progress: StepProgress,
): Promise<boolean> {
  const { signal } = progress
  signal.throwIfAborted()
  const limit = AbortSignal.timeout(seconds * 1000)
  const leave = AbortSignal.any([signal, limit])
  try {
    await writeVm<undefined>(connection, progress, 'ShutdownGuest', vmRef(moid), undefined, leave)
    const isOff = (properties: Readonly<Record<string, unknown>>) =>
      properties['runtime.powerState'] === 'poweredOff' ? true : undefined
    return await connection.stream.until(vmRef(moid), isOff, leave)
  } catch (error) {
    signal.throwIfAborted()
    if (limit.aborted || isFault(error, 'ToolsUnavailable', 'InvalidPowerState', 'InvalidState', 'NotSupported')) {
      return false
    }
    throw error
  }
}

export async function powerOffHard(connection: VcenterConnection, moid: string, progress: StepProgress): Promise<void> {
  try {
    const task = await writeVm(connection, progress, 'PowerOffVM_Task', vmRef(moid))
    await followTask(connection, task, progress)
  } catch (error) {
    if (!isAlreadyOff(error)) throw error
  }
}

const isAlreadyOff = (error: unknown): boolean =>
  error instanceof SoapFault &&
  error.faultType === 'InvalidPowerState' &&
  error.detail['existingState'] === 'poweredOff'
