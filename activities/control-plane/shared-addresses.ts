import type { OwnedVm } from '../vcenter/vcenter-port.ts'
import type { Finding, OpenRequest } from './control-plane-ports.ts'
import { isOurs } from './is-ours.ts'

/** VMs of open requests that report an address which another VM reports as well: one finding each, about the first such address. */
export function sharedAddresses(
  vms: readonly OwnedVm[],
  requests: ReadonlyMap<string, OpenRequest>,
  installationId: string,
): Finding[] {
  const holders = new Map<string, OwnedVm[]>()
  for (const vm of vms)
    if (vm.poweredOn)
      for (const address of vm.addresses ?? []) holders.set(address, [...(holders.get(address) ?? []), vm])
  const findings = new Map<string, Finding>()
  for (const [address, sharing] of holders)
    for (const vm of sharing) {
      const { instanceUuid: requestId, name, moid } = vm
      if (sharing.length < 2 || !isOurs(vm, installationId) || !requests.has(requestId)) continue
      if (findings.has(requestId)) continue
      const others = sharing.filter((other) => other.moid !== moid).map((other) => other.name)
      const detail = `${name} and ${others.join(', ')} report the same address, ${address}`
      findings.set(requestId, { kind: 'duplicateAddress', subject: requestId, requestId, detail, address })
    }
  return [...findings.values()]
}
