import { findByInventoryPath } from '@berth/agent-worker/vcenter/inventory.ts'
import type { ManagedObjectReference } from '@berth/agent-worker/vcenter/managed-object.ts'
import { readProperty } from '@berth/agent-worker/vcenter/read-properties.ts'
import type { SoapClient } from '@berth/agent-worker/vcenter/soap-client.ts'
import { until } from './until.ts'

const templates = '/DC0/vm/templates'
const managed = '/DC0/vm/berth'

/** What an administrator does in vCenter by hand, behind Berth's back. */
export async function makeTemplate(vcenter: SoapClient, name: string): Promise<void> {
  const vm = await cloneOfUbuntu(vcenter, templates, name)
  await vcenter.call('MarkAsTemplate', vm)
}

export const makeForeignVm = (vcenter: SoapClient, name: string): Promise<ManagedObjectReference> =>
  cloneOfUbuntu(vcenter, managed, name)

export async function destroyForeignVm(vcenter: SoapClient, name: string): Promise<void> {
  await taskEnds(vcenter, await vcenter.call('Destroy_Task', await at(vcenter, `${managed}/${name}`)))
}

export async function destroyRunningVm(vcenter: SoapClient, name: string): Promise<void> {
  await taskEnds(vcenter, await vcenter.call('PowerOffVM_Task', await at(vcenter, `${managed}/${name}`)))
  await destroyForeignVm(vcenter, name)
}

export async function renameVm(vcenter: SoapClient, name: string, newName: string): Promise<void> {
  await taskEnds(vcenter, await vcenter.call('Rename_Task', await at(vcenter, `${managed}/${name}`), { newName }))
}

async function cloneOfUbuntu(vcenter: SoapClient, folderPath: string, name: string): Promise<ManagedObjectReference> {
  const source = await at(vcenter, `${templates}/ubuntu-24-04`)
  const pool = await at(vcenter, '/DC0/host/DC0_C0/Resources')
  const spec = { location: { pool }, template: false, powerOn: false }
  const folder = await at(vcenter, folderPath)
  await taskEnds(vcenter, await vcenter.call('CloneVM_Task', source, { folder, name, spec }))
  return at(vcenter, `${folderPath}/${name}`)
}

async function at(vcenter: SoapClient, path: string): Promise<ManagedObjectReference> {
  const found = await findByInventoryPath(vcenter, path)
  if (found === undefined) throw new Error(`the vCenter has no ${path}`)
  return found
}

const taskEnds = (vcenter: SoapClient, task: ManagedObjectReference): Promise<boolean> =>
  until('the vCenter task', async () => (await readProperty(vcenter, task, 'info.state')) === 'success', 20)
