import { isIPv4 } from 'node:net'
import type { Properties } from './read-properties.ts'
import { usableBy } from './usable-address.ts'
import type { IsUsable } from './usable-address.ts'

interface GuestNic {
  deviceConfigId?: string
  ipAddress?: unknown[]
  ipConfig?: { ipAddress?: { ipAddress?: unknown }[] }
}

/**
 * The usable address on the item's network card. Guests report late and unevenly: some list addresses by card, some
 * only `guest.ipAddress`, which counts unless it is listed under another card.
 */
export function guestAddress(properties: Properties, cardKey: string, isUsable: IsUsable): string | undefined {
  const nics = (Array.isArray(properties['guest.net']) ? properties['guest.net'] : []) as GuestNic[]
  const onCard = nics.filter(({ deviceConfigId }) => deviceConfigId === cardKey).flatMap(addressesOf)
  const elsewhere = nics.filter(({ deviceConfigId }) => deviceConfigId !== cardKey).flatMap(addressesOf)
  const primary = typeof properties['guest.ipAddress'] === 'string' ? [properties['guest.ipAddress']] : []
  const candidates = [...primary.filter((address) => !elsewhere.includes(address)), ...onCard].filter(isUsable)
  return candidates.find((address) => isIPv4(address)) ?? candidates[0]
}

const isSomebodys = usableBy({ allow: ['0.0.0.0/0', '::/0'], ignore: [] })

/** All addresses of the first network card that count, without those that are nobody's; each once. */
export function addressesOnCard(properties: Properties, counts: IsUsable = isSomebodys): string[] {
  const nics = (Array.isArray(properties['guest.net']) ? properties['guest.net'] : []) as GuestNic[]
  // What the guest made up itself, such as a bridge, has no card.
  const [first, ...others] = nics.filter(({ deviceConfigId }) => Number(deviceConfigId) >= 0)
  const all = first === undefined ? [] : addressesOf(first)
  const elsewhere = nics.filter((nic) => nic !== first && !others.includes(nic)).flatMap(addressesOf)
  const primary = properties['guest.ipAddress']
  if (typeof primary === 'string' && primary !== '' && !elsewhere.includes(primary)) all.unshift(primary)
  return [...new Set(all)].filter(counts)
}

const addressesOf = ({ ipAddress = [], ipConfig }: GuestNic): string[] => [
  ...(ipConfig?.ipAddress ?? []).map((entry) => String(entry.ipAddress)),
  ...ipAddress.map(String),
]
