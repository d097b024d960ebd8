import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { findByInventoryPath } from '@berth/agent-worker/vcenter/inventory.ts'
import { readPropertiesBelow, type Properties } from '@berth/agent-worker/vcenter/read-properties.ts'
import type { SoapClient } from '@berth/agent-worker/vcenter/soap-client.ts'
import type { Disk } from './invariants/evidence.ts'

/** Folders on the datastores of a simulated site whose VM is gone: the simulator has each VM's files in one, on this machine. */
export async function disksWithoutVm(siteId: string, vcenter: SoapClient): Promise<Disk[]> {
  const place = await findByInventoryPath(vcenter, '/DC0/datastore')
  if (place === undefined) throw new Error('the vCenter has no folder /DC0/datastore')
  const datastores = await readPropertiesBelow(vcenter, [place], { Datastore: ['summary.url'] })
  const folders = (await Promise.all([...datastores.values()].map((properties) => foldersIn(properties)))).flat()
  // Read afterwards: a VM that is being made has its folder first.
  const { rootFolder } = await vcenter.serviceContent()
  const vms = await readPropertiesBelow(vcenter, [rootFolder], { VirtualMachine: ['config.files.vmPathName'] })
  const used = new Set([...vms.values()].map((vm) => /\] (.+)\//.exec(String(vm['config.files.vmPathName']))?.[1]))
  return folders.filter((folder) => !used.has(folder)).map((folder) => ({ siteId, folder }))
}

async function foldersIn(datastore: Properties): Promise<string[]> {
  const entries = await readdir(String(datastore['summary.url']), { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

/** Whether anybody listens there, as a guest does that runs. */
export async function guestAnswers(address: string, port: number): Promise<boolean> {
  const socket = connect({ host: address, port })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
