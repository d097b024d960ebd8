import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { moref } from '@berth/agent-worker/vcenter/managed-object.ts'
import { readPropertiesBelow } from '@berth/agent-worker/vcenter/read-properties.ts'
import type { SoapClient } from '@berth/agent-worker/vcenter/soap-client.ts'
import type { Disk } from './invariants/evidence.ts'

/** The folders on all datastores of a simulated site: the simulator has each VM's files in one, on this machine. */
export async function disksAt(siteId: string, vcenter: SoapClient): Promise<Disk[]> {
  const { rootFolder } = await vcenter.serviceContent()
  const datastores = await readPropertiesBelow(vcenter, moref('Folder', rootFolder.value), 'Datastore', ['summary.url'])
  const places = [...datastores.values()].map((properties) => String(properties['summary.url']))
  const entries = await Promise.all(places.map((place) => readdir(place, { withFileTypes: true })))
  return entries.flat().flatMap((entry) => (entry.isDirectory() ? [{ siteId, folder: entry.name }] : []))
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
