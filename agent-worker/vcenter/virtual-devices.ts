import { fieldsOf, typeNames } from './element-order.ts'
import type { NetworkBacking } from './network-backing.ts'

/** One entry of `config.hardware.device`, as it was read. */
export type VirtualDevice = { _typeName: string; key: string } & Record<string, unknown>

const ethernetCards = new Set(
  typeNames.filter(
    (name) => name !== 'VirtualEthernetCard' && fieldsOf(name).some((field) => field.name === 'macAddress'),
  ),
)

const devicesOf = (devices: unknown): VirtualDevice[] => (Array.isArray(devices) ? (devices as VirtualDevice[]) : [])

const byKey = (a: VirtualDevice, b: VirtualDevice) => Number(a.key) - Number(b.key)

/** The item's network card: the first that the template has. */
export const firstNetworkCard = (devices: unknown): VirtualDevice | undefined =>
  devicesOf(devices)
    .filter((device) => ethernetCards.has(device._typeName))
    .sort(byKey)[0]

export const firstDisk = (devices: unknown): VirtualDevice | undefined =>
  devicesOf(devices)
    .filter((device) => device._typeName === 'VirtualDisk')
    .sort(byKey)[0]

const kibPerGib = 1024 * 1024

export const capacityKiB = (disk: VirtualDevice): number =>
  disk['capacityInBytes'] === undefined ? Number(disk['capacityInKB']) : Number(disk['capacityInBytes']) / 1024

/** Rounded up: what a clone needs at least. */
export const capacityGiB = (disk: VirtualDevice): number => Math.ceil(capacityKiB(disk) / kibPerGib)

/** The template's own card, of its own type and key, on another network. */
export const attachCard = (card: VirtualDevice, backing: NetworkBacking) => ({
  operation: 'edit',
  device: {
    _typeName: card._typeName,
    key: card.key,
    backing,
    connectable: { startConnected: true, allowGuestControl: true, connected: true },
    controllerKey: card['controllerKey'],
    unitNumber: card['unitNumber'],
  },
})

/** Both capacities: with only one of them the simulator makes the disk empty. */
export const growDisk = (disk: VirtualDevice, diskGiB: number) => ({
  operation: 'edit',
  device: {
    _typeName: disk._typeName,
    key: disk.key,
    backing: backingToKeep(disk['backing']),
    controllerKey: disk['controllerKey'],
    unitNumber: disk['unitNumber'],
    capacityInKB: diskGiB * kibPerGib,
    capacityInBytes: diskGiB * kibPerGib * 1024,
  },
})

/** Of the clone's own backing, the members that the table of element orders knows: the others stay as they are. */
function backingToKeep(backing: unknown): Record<string, unknown> | undefined {
  const { _typeName, ...members } = (backing ?? {}) as Record<string, unknown>
  if (_typeName !== 'VirtualDiskFlatVer2BackingInfo') return undefined
  const kept = fieldsOf(_typeName).map(({ name }) => [name, members[name]] as const)
  return { _typeName, ...Object.fromEntries(kept) }
}
