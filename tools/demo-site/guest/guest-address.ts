import { createHash } from 'node:crypto'

/** Addresses of one site: 127.b.*.*, where b comes from what tells copies on one machine apart. */
const networkOf = (siteId: string, portBase: number): number =>
  16 + ((createHash('sha256').update(`${portBase}/${siteId}`).digest()[0] ?? 0) % 224)

/**
 * All addresses that the site may give away, beginning behind the newest one in use, so that an address rests for long
 * before another virtual machine gets it.
 */
export function* freeAddresses(siteId: string, portBase: number, inUse: readonly string[]): Generator<string> {
  const perOctet = 254
  const total = perOctet * perOctet
  const network = networkOf(siteId, portBase)
  const taken = new Set(inUse)
  const positionOf = (address: string) => {
    const [, second, third = 1, fourth = 1] = address.split('.').map(Number)
    return second === network ? (third - 1) * perOctet + (fourth - 1) : -1
  }
  const start = Math.max(-1, ...inUse.map(positionOf)) + 1
  for (let step = 0; step < total; step += 1) {
    const position = (start + step) % total
    const address = `127.${network}.${Math.floor(position / perOctet) + 1}.${(position % perOctet) + 1}`
    if (!taken.has(address)) yield address
  }
}
