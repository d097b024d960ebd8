import { VcenterFault } from '@berth/activities/vcenter/vcenter-port.ts'
import type { AddressRules, StepProgress, VmIdentity } from '@berth/activities/vcenter/vcenter-port.ts'
import type { FoundVm } from './found-vm.ts'
import { guestAddress } from './guest-address.ts'
import { vmRef } from './managed-object.ts'
import { ourVm } from './own-vm.ts'
import type { Properties } from './read-properties.ts'
import { startSettling } from './settling.ts'
import { takeStarted } from './started-vm.ts'
import { usableBy } from './usable-address.ts'
import type { IsUsable } from './usable-address.ts'
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
  // Not awaited here: an agent waits for a thousand addresses, and would keep a thousand VMs with all their devices.
  return settledAddress(connection, guestOf(vm, rules), rules, signal)
}

/** What a wait needs to know of a VM. */
interface Guest {
  moid: string
  name: string
  address: string | undefined
  addressIn(properties: Properties): string | undefined
}

function guestOf({ moid, properties }: FoundVm, rules: AddressRules): Guest {
  const addressIn = addressOn(firstNetworkCard(properties['config.hardware.device'])?.key ?? '', usableBy(rules))
  return { moid, name: String(properties['name']), address: addressIn(properties), addressIn }
}

const addressOn = (cardKey: string, isUsable: IsUsable) => (properties: Properties) =>
  guestAddress(properties, cardKey, isUsable)

async function settledAddress(
  { stream }: VcenterConnection,
  { moid, name, address, addressIn }: Guest,
  { settleSeconds, timeoutSeconds }: AddressRules,
  signal: AbortSignal,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const settling = startSettling(settleSeconds, resolve)
  settling.see(address)
  const timedOut = () => reject(new VcenterFault('addressTimeout', lastSeen(name, settling.seen())))
  const limit = setTimeout(timedOut, timeoutSeconds * 1000)
  const aborted = () => reject(signal.reason)
  signal.addEventListener('abort', aborted)
  const watched = stream.watch(vmRef(moid), {
    changed: (properties) => settling.see(addressIn(properties)),
    failed: reject,
  })
  try {
    return await promise
  } finally {
    watched[Symbol.dispose]()
    settling.stop()
    clearTimeout(limit)
    signal.removeEventListener('abort', aborted)
  }
}

const lastSeen = (name: string, address: string | undefined): string =>
  address === undefined ? `${name} reported none` : `${name} reported ${address}, which did not settle`
