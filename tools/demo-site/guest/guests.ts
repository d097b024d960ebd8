import { setTimeout as pause } from 'node:timers/promises'
import { diskGiBOf } from '../stored-vm.ts'
import type { StoredVm } from '../stored-vm.ts'
import { guestSettings } from './cloud-init.ts'
import { distributionOf } from './distribution.ts'
import { freeAddresses } from './guest-address.ts'
import { newHostKey, serveSsh } from './guest-ssh.ts'
import type { GuestSsh } from './guest-ssh.ts'

/** What VMware Tools would tell vCenter; undefined once nothing runs in the virtual machine. */
export interface GuestReport {
  hostName: string
  address: string
}

/** The guest operating systems of one site. They run on while the simulator is down, as real ones do without vCenter. */
export interface Guests {
  /** Takes up again those that had booted before the simulator or this process died; returns when they are reported. */
  resume(vms: readonly StoredVm[]): Promise<void>
  /** Boots and halts guests as their virtual machines are powered. */
  follow(vms: readonly StoredVm[]): void
  stopAll(): Promise<void>
}

interface GuestsOfSite {
  siteId: string
  portBase: number
  bootSeconds: number
  /** All virtual machines that have an address, running or not. */
  vms(): readonly StoredVm[]
  /** Called before an address is reported: nobody may learn one that could be forgotten. */
  save(): Promise<void>
  /** False while the simulator is away: then it is to be reported again. */
  report(vm: StoredVm, report: GuestReport | undefined): Promise<boolean>
}

interface Guest {
  halted: AbortController
  ssh?: GuestSsh
}

export function createGuests(site: GuestsOfSite): Guests {
  const guests = new Map<string, Guest>()

  const boot = async (vm: StoredVm, seconds: number) => {
    const guest: Guest = guests.get(vm.id) ?? { halted: new AbortController() }
    guests.set(vm.id, guest)
    try {
      await pause(seconds * 1_000, undefined, { signal: guest.halted.signal })
      const { hostName, users } = guestSettings(vm.name, vm.extraConfig, distributionOf(vm.guestId).id)
      const bootedAt = vm.guest.bootedAt ?? Date.now()
      guest.ssh ??= await plugIn(vm, hostName, users, bootedAt, site)
      await site.save()
      guest.halted.signal.throwIfAborted()
      const isKnown = await site.report(vm, { hostName, address: vm.guest.address ?? '' })
      if (isKnown) vm.guest.bootedAt = bootedAt
      else await crash(vm, guest)
    } catch (error) {
      await crash(vm, guest)
      if (!guest.halted.signal.aborted) console.warn(`The guest of ${vm.name} did not boot: ${String(error)}`)
    }
  }

  /** The next `follow` boots it again. */
  const crash = async (vm: StoredVm, guest: Guest) => {
    // After a quick power cycle the next guest may be booting already.
    if (guests.get(vm.id) === guest) guests.delete(vm.id)
    await guest.ssh?.stop()
  }

  const halt = async (id: string) => {
    const guest = guests.get(id)
    guests.delete(id)
    guest?.halted.abort()
    await guest?.ssh?.stop()
  }

  const powerDown = async (vm: StoredVm) => {
    delete vm.guest.bootedAt
    await halt(vm.id)
    await site.report(vm, undefined).catch((error: unknown) => {
      console.warn(`The guest of ${vm.name} could not sign off: ${String(error)}`)
    })
  }

  return {
    async resume(vms) {
      await Promise.all(vms.filter((vm) => vm.poweredOn && vm.guest.bootedAt !== undefined).map((vm) => boot(vm, 0)))
    },
    follow(vms) {
      const ids = new Set(vms.map((vm) => vm.id))
      for (const id of guests.keys()) if (!ids.has(id)) void halt(id)
      for (const vm of vms) {
        if (vm.poweredOn && !guests.has(vm.id)) void boot(vm, site.bootSeconds)
        if (!vm.poweredOn && (guests.has(vm.id) || vm.guest.bootedAt !== undefined)) void powerDown(vm)
      }
    },
    async stopAll() {
      await Promise.all([...guests.keys()].map(halt))
    },
  }
}

/** Gives the guest its own address, or the next free one if somebody else on this machine has taken it. */
async function plugIn(
  vm: StoredVm,
  hostName: string,
  users: Parameters<typeof serveSsh>[2],
  bootedAt: number,
  site: GuestsOfSite,
): Promise<GuestSsh> {
  vm.guest.hostKey ??= newHostKey()
  const { name: osName, id: osId, version: osVersion } = distributionOf(vm.guestId)
  const { vCpu, memoryMiB } = vm
  const machine = { hostName, osName, osId, osVersion, vCpu, memoryMiB, diskGiB: diskGiBOf(vm), bootedAt }
  const inUse = site.vms().flatMap(({ guest }) => guest.address ?? [])
  const own = vm.guest.address === undefined ? [] : [vm.guest.address]
  for (const address of [...own, ...freeAddresses(site.siteId, site.portBase, inUse)]) {
    // Taken before it is bound, since other guests boot at the same time.
    vm.guest.address = address
    try {
      return await serveSsh(address, vm.guest.hostKey, users, machine)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    }
  }
  throw new Error('no loopback address is free')
}
