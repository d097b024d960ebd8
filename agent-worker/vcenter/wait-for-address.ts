import { VcenterFault } from '@berth/activities/vcenter/vcenter-port.ts'
import type { AddressRules, StepProgress, VmIdentity } from '@berth/activities/vcenter/vcenter-port.ts'
import { guestAddress } from './guest-address.ts'
import { vmRef } from './managed-object.ts'
import { ourVm } from './own-vm.ts'
import type { Properties } from './read-properties.ts'
import { startSettling } from './settling.ts'
import { takeStarted } from './started-vm.ts'
import { usableBy } from './usable-address.ts'
import type { VcenterConnection } from './vcenter-connection.ts'
import { firstNetworkCard } from './virtual-devices.ts'

const guestPaths = ['guest.ipAddress', 'guest.net', 'config.hardware.device']

/** The guest's address once it is usable and has stayed the same for `settleSeconds`: the first boot may change it. */
export async function waitForAddress(
  connection: VcenterConnection,
  identity: VmIdentity,
  rules: AddressRules,
  { signal }: StepProgress,
): Promise<string> {
  signal.throwIfAborted()
  const vm = takeStarted(connection, identity) ?? (await ourVm(connection, identity, guestPaths))
  signal.throwIfAborted()
  const card = firstNetworkCard(vm.properties['config.hardware.device'])
  const isUsable = usableBy(rules)
  const addressIn = (properties: Properties) => guestAddress(properties, card?.key ?? '', isUsable)
  const settling = startSettling(rules.settleSeconds)
  settling.see(addressIn(vm.properties))
  const limit = AbortSignal.timeout(rules.timeoutSeconds * 1000)
  const ended = Promise.withResolvers<never>()
  const timedOut = () => ended.reject(new VcenterFault('addressTimeout', lastSeen(vm.properties, settling.seen())))
  const aborted = () => ended.reject(signal.reason)
  limit.addEventListener('abort', timedOut)
  signal.addEventListener('abort', aborted)
  const watched = connection.stream.watch(vmRef(vm.moid), {
    changed: (properties) => settling.see(addressIn(properties)),
    failed: ended.reject,
  })
  try {
    return await Promise.race([settling.settled, ended.promise])
  } finally {
    watched[Symbol.dispose]()
    settling.stop()
    limit.removeEventListener('abort', timedOut)
    signal.removeEventListener('abort', aborted)
  }
}

const lastSeen = ({ name }: Properties, address: string | undefined): string =>
  address === undefined ? `${String(name)} reported none` : `${String(name)} reported ${address}, which did not settle`
