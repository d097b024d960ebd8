import { setTimeout as sleep } from 'node:timers/promises'
import { VcenterFault } from '@berth/activities/vcenter/vcenter-port.ts'
import type { StepProgress, VmIdentity } from '@berth/activities/vcenter/vcenter-port.ts'
import { followTask, settleEarlierTask } from './follow-task.ts'
import { takeMade } from './made-vm.ts'
import { vmRef } from './managed-object.ts'
import { ourVm, stillOurVm } from './own-vm.ts'
import type { FoundVm } from './found-vm.ts'
import { isFault } from './soap-fault.ts'
import { keepStarted } from './started-vm.ts'
import type { VcenterConnection } from './vcenter-connection.ts'
import { writeVm } from './write-vm.ts'

/** vCenter refuses now and then with InvalidState what it accepts a moment later. */
const attempts = 5
export const bootPaths = ['runtime.powerState', 'disabledMethod', 'config.hardware.device']
const disabledLimitMilliseconds = 120_000

export async function powerOnVm(
  connection: VcenterConnection,
  identity: VmIdentity,
  progress: StepProgress,
): Promise<void> {
  await settleEarlierTask(connection, progress)
  for (let attempt = 1; ; attempt += 1) {
    const vm = (await madeVm(connection, identity)) ?? (await ourVm(connection, identity, bootPaths))
    if (vm.properties['runtime.powerState'] === 'poweredOn') return
    if (isDisabled(vm.properties)) {
      await untilEnabled(connection, vm.moid, progress)
      // Minutes may have passed: whose the VM is, is asked anew.
      continue
    }
    try {
      return await powerOn(connection, identity, vm, progress)
    } catch (error) {
      if (isFault(error, 'InvalidPowerState') && error.detail['existingState'] === 'poweredOn') return
      if (!isFault(error, 'InvalidState', 'InvalidPowerState') || attempt >= attempts) throw error
      await sleep(attempt * 1_000, undefined, { signal: progress.signal })
    }
  }
}

async function madeVm(connection: VcenterConnection, identity: VmIdentity): Promise<FoundVm | undefined> {
  const made = takeMade(connection, identity)
  return made && stillOurVm(connection, identity, made, bootPaths)
}

async function powerOn(
  connection: VcenterConnection,
  identity: VmIdentity,
  vm: FoundVm,
  progress: StepProgress,
): Promise<void> {
  const task = await writeVm(connection, progress, 'PowerOnVM_Task', vmRef(vm.moid))
  // The address is waited for next: its VM joins the list of watched objects in the same call as the task.
  const started = keepStarted(connection, identity, vm)
  try {
    await followTask(connection, task, progress)
  } catch (error) {
    started.stopWatching()
    throw error
  }
}

const isDisabled = (properties: Readonly<Record<string, unknown>>): boolean => {
  const disabled = properties['disabledMethod']
  return Array.isArray(disabled) && disabled.includes('PowerOnVM_Task')
}

async function untilEnabled({ stream }: VcenterConnection, moid: string, { signal }: StepProgress): Promise<void> {
  const limit = AbortSignal.timeout(disabledLimitMilliseconds)
  const enabled = (properties: Readonly<Record<string, unknown>>) =>
    'disabledMethod' in properties && !isDisabled(properties) ? true : undefined
  try {
    await stream.until(vmRef(moid), enabled, AbortSignal.any([signal, limit]))
  } catch (error) {
    signal.throwIfAborted()
    if (limit.aborted) throw new VcenterFault('vcenterBusy', `vCenter does not allow ${moid} to be powered on yet`)
    throw error
  }
}
