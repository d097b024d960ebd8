/** What the simulator would forget of one virtual machine below the managed folder. */
export interface StoredVm {
  /** The keeper's own: moids change with every life of the simulator, and uuids can be copied. */
  id: string
  name: string
  /** Names of the folders between the managed folder and the virtual machine. */
  folders: string[]
  instanceUuid: string
  biosUuid: string
  guestId: string
  annotation: string
  extraConfig: Record<string, string>
  vCpu: number
  memoryMiB: number
  /** In the order of the devices. */
  diskKiB: number[]
  networkCards: { network: string; macAddress: string }[]
  datastore: string
  poweredOn: boolean
  guest: StoredGuest
}

/** What a real guest would have on its disk. */
interface StoredGuest {
  /** Kept for as long as the virtual machine exists. */
  address?: string
  hostKey?: string
  /** Set while the guest has booted and told vCenter so. */
  bootedAt?: number
}

/** The size of the first disk. */
export const diskGiBOf = (vm: StoredVm): number => Math.round((vm.diskKiB[0] ?? 0) / 1024 / 1024)
