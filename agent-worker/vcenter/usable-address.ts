import { BlockList, isIP, isIPv4 } from 'node:net'
import type { AddressRules } from '@berth/activities/vcenter/vcenter-port.ts'

/** Decides which of a guest's addresses may be handed over. */
export type IsUsable = (address: string) => boolean

/** Never anybody's address: unspecified, link-local, multicast, reserved, broadcast. */
const neverUsable = blockListOf([
  ...['0.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4'],
  ...['::/128', 'fe80::/10', 'ff00::/8'],
])
const loopback = blockListOf(['127.0.0.0/8', '::1/128'])

const known = new Map<string, IsUsable>()

/** Loopback addresses count only where `allow` says so; an empty `allow` allows all others. */
export function usableBy({ allow, ignore }: Pick<AddressRules, 'allow' | 'ignore'>): IsUsable {
  // A thousand waits share the few rules that a site has.
  const rules = JSON.stringify([allow, ignore])
  const isUsable = known.get(rules) ?? newlyUsableBy(allow, ignore)
  known.set(rules, isUsable)
  return isUsable
}

function newlyUsableBy(allow: readonly string[], ignore: readonly string[]): IsUsable {
  const allowed = blockListOf(allow)
  const ignored = blockListOf(ignore)
  return (address) => {
    const family = isIP(address) === 0 ? undefined : isIPv4(address) ? 'ipv4' : 'ipv6'
    if (family === undefined || neverUsable.check(address, family) || ignored.check(address, family)) return false
    if (allowed.check(address, family)) return true
    return allow.length === 0 && !loopback.check(address, family)
  }
}

function blockListOf(blocks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const block of blocks) {
    const [network = '', prefix] = block.split('/')
    const family = isIPv4(network) ? 'ipv4' : 'ipv6'
    if (prefix === undefined) list.addAddress(network, family)
    else list.addSubnet(network, Number(prefix), family)
  }
  return list
}
