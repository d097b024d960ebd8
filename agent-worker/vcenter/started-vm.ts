import type { VmIdentity } from '@berth/activities/vcenter/vcenter-port.ts'
import { vmRef } from './managed-object.ts'
import type { FoundVm, StartedVm } from './found-vm.ts'
import type { VcenterConnection } from './vcenter-connection.ts'

/** The workflow asks for the address right after powering on; whoever comes later reads the VM anew. */
const keptMilliseconds = 30_000

const keyOf = ({ installationId, requestId }: VmIdentity): string => `${installationId}/${requestId}`

/** Watches the VM from before it boots, so that the wait for its address finds all that is known at hand. */
export function keepStarted(connection: VcenterConnection, identity: VmIdentity, vm: FoundVm): StartedVm {
  const { started, stream } = connection
  const key = keyOf(identity)
  started.get(key)?.stopWatching()
  const watched = stream.watch(vmRef(vm.moid), { changed: () => undefined, failed: () => kept.stopWatching() })
  const timer = setTimeout(() => kept.stopWatching(), keptMilliseconds).unref()
  const kept: StartedVm = {
    vm,
    stopWatching() {
      clearTimeout(timer)
      watched[Symbol.dispose]()
      if (started.get(key) === kept) started.delete(key)
    },
  }
  started.set(key, kept)
  return kept
}

/**
 * The VM with what the stream knows of it now, once; undefined when this agent did not just power it on. For reading
 * only: before a write, vCenter itself is asked whose the VM is. The caller goes on watching at once.
 */
export function takeStarted(connection: VcenterConnection, identity: VmIdentity): FoundVm | undefined {
  const kept = connection.started.get(keyOf(identity))
  if (kept === undefined) return undefined
  const { moid, properties } = kept.vm
  const known = connection.stream.knownOf(vmRef(moid))
  kept.stopWatching()
  return { moid, properties: { ...properties, ...known } }
}
