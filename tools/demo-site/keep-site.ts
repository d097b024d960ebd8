import { setTimeout as pause } from 'node:timers/promises'
import type { ManagedObjectReference } from '@berth/agent-worker/vcenter/managed-object.ts'
import { readProperty } from '@berth/agent-worker/vcenter/read-properties.ts'
import { createSoapClient } from '@berth/agent-worker/vcenter/soap-client.ts'
import type { SoapClient } from '@berth/agent-worker/vcenter/soap-client.ts'
import { isFault, SoapFault, VcenterUnreachable } from '@berth/agent-worker/vcenter/soap-fault.ts'
import type { DemoSiteConfig } from './config.ts'
import { createGuests } from './guest/guests.ts'
import type { GuestReport, Guests } from './guest/guests.ts'
import { prepareInventory } from './inventory/demo-inventory.ts'
import { vmObserver } from './inventory/observe-vms.ts'
import { reportGuest } from './inventory/report-guest.ts'
import { restoreVm } from './inventory/restore-vm.ts'
import { lifeline } from './lifeline.ts'
import { inBatches } from './in-batches.ts'
import { publicPort } from './public-port.ts'
import { rememberVms } from './remember-vms.ts'
import { lookSchedule } from './look-schedule.ts'
import type { StoredVm } from './stored-vm.ts'
import { openVmStore } from './vm-store.ts'
import type { VmStore } from './vm-store.ts'
import type { PublicPort } from './public-port.ts'
import type { LookSchedule } from './look-schedule.ts'

interface Site {
  config: DemoSiteConfig
  store: VmStore
  guests: Guests
  port: PublicPort
  schedule: LookSchedule
  stop: AbortSignal
  /** Of the simulator's present life. */
  link?: { client: SoapClient; refs: Map<string, ManagedObjectReference> }
}

/**
 * Keeps one demo site until `stop`: through every life of the simulator its virtual machines are restored, then the
 * public port is open, and what changes is remembered.
 */
export async function keepSite(config: DemoSiteConfig, stop: AbortSignal, onOpen: () => void): Promise<void> {
  const store = await openVmStore(config.home, config.siteId)
  const schedule = lookSchedule()
  const site: Site = {
    config,
    store,
    schedule,
    stop,
    port: publicPort(config.publicPort, config.vcsim.url, schedule),
    guests: createGuests({
      siteId: config.siteId,
      portBase: config.portBase,
      bootSeconds: config.guestBootSeconds,
      vms: () => store.vms,
      save: () => store.save(),
      report: (vm, report) => reported(site, vm, report),
    }),
  }
  while (!stop.aborted) {
    const life = await lifeline(config.vcsim.url).catch(() => undefined)
    if (life === undefined) {
      await pause(200)
      continue
    }
    await keepThroughLife(site, life.gone, onOpen)
    life.end()
  }
  await site.guests.stopAll()
}

/** Returns when the simulator has died, or when something went wrong that a new beginning may cure. */
async function keepThroughLife(site: Site, life: AbortSignal, onOpen: () => void): Promise<void> {
  const client = createSoapClient({ ...site.config.vcsim, userAgent: 'berth-demo-site' })
  try {
    await restoreAndWatch(site, client, life, onOpen)
  } catch (error) {
    if (!(error instanceof SoapFault) && !(error instanceof VcenterUnreachable) && !life.aborted) throw error
    site.port.close()
    if (!life.aborted) console.warn(`The demo site ${site.config.siteId} starts over: ${String(error)}`)
    await pause(200)
  } finally {
    site.port.close()
    delete site.link
    await client.close()
  }
}

async function restoreAndWatch(site: Site, client: SoapClient, life: AbortSignal, onOpen: () => void): Promise<void> {
  const { store, guests, config } = site
  const inventory = await prepareInventory(client)
  const { lifeWitness } = inventory
  const simulatorLife = String(await readProperty(client, lifeWitness.ref, lifeWitness.path))
  const isNewLife = store.simulatorLife !== simulatorLife
  if (isNewLife && config.forgetVms) store.vms = []
  if (isNewLife) await inBatches(store.vms, 16, (vm) => restoreVm(client, inventory, vm))

  const refs = new Map<string, ManagedObjectReference>()
  const observe = vmObserver(client, inventory)
  site.link = { client, refs }
  const look = async () => {
    const seen = await observe()
    life.throwIfAborted()
    if (seen.simulatorLife !== simulatorLife)
      throw new VcenterUnreachable('RetrievePropertiesEx', 'another simulator has taken its place')
    store.vms = rememberVms(store.vms, refs, seen.vms)
    store.simulatorLife = simulatorLife
  }

  await look()
  await guests.resume(store.vms)
  await store.save()
  life.addEventListener('abort', () => {
    site.port.close()
    site.schedule.noticed()
  })
  life.throwIfAborted()
  await site.port.open()
  onOpen()
  while (!site.stop.aborted) {
    guests.follow(store.vms)
    const isOnDisk = await site.schedule.nextLook()
    await look()
    await store.save()
    isOnDisk()
  }
  site.port.close()
  await look()
  await store.save()
}

async function reported(site: Site, vm: StoredVm, report: GuestReport | undefined): Promise<boolean> {
  const ref = site.link?.refs.get(vm.id)
  if (site.link === undefined || ref === undefined) return false
  try {
    await reportGuest(site.link.client, ref, report)
    return true
  } catch (error) {
    if (error instanceof VcenterUnreachable) return false
    // It may be destroyed while its guest says goodbye.
    if (isFault(error, 'ManagedObjectNotFound')) return true
    throw error
  }
}
