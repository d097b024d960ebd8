import type { VmIdentity } from '@berth/activities/vcenter/vcenter-port.ts'
import type { FoundVm } from './found-vm.ts'
import type { VcenterConnection } from './vcenter-connection.ts'

/** As long as a permit to write lasts at most: whoever comes later reads the VM anew. */
const keptMilliseconds = 5_000

const keyOf = ({ installationId, requestId }: VmIdentity): string => `${installationId}/${requestId}`

/** The workflow powers on right after cloning: what the clone has just read back need not be read again. */
export function keepMade({ made }: VcenterConnection, identity: VmIdentity, vm: FoundVm): void {
  const key = keyOf(identity)
  made.set(key, vm)
  setTimeout(() => {
    if (made.get(key) === vm) made.delete(key)
  }, keptMilliseconds).unref()
}

/** The VM that this agent has just made, once. Whether it is still the only one under its uuid is for vCenter to say. */
export function takeMade({ made }: VcenterConnection, identity: VmIdentity): FoundVm | undefined {
  const key = keyOf(identity)
  const vm = made.get(key)
  made.delete(key)
  return vm
}
