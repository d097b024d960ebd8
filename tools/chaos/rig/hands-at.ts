import { findAllByInstanceUuid, findByInventoryPath } from '@berth/agent-worker/vcenter/inventory.ts'
import type { ManagedObjectReference } from '@berth/agent-worker/vcenter/managed-object.ts'
import { readProperty } from '@berth/agent-worker/vcenter/read-properties.ts'
import { until } from '@berth/testing/until.ts'
import type { RigSite } from './rig.ts'

/** A person who works in a site's vCenter. */
export interface Hands {
  vmOf(requestId: string): Promise<HandledVm>
  /** Resolves when vCenter has done it. */
  task(method: TaskMethod, ref: ManagedObjectReference, args?: object): Promise<void>
  /** Out of the folder that Berth builds in. */
  move(ref: ManagedObjectReference): Promise<void>
  /** With the settings of the original: vCenter copies them, the simulator has to be told. */
  copy(ref: ManagedObjectReference, name: string, settings: CopySettings): Promise<void>
  remove(name: string): Promise<void>
}

interface CopySettings {
  instanceUuid?: string
  extraConfig: { key: string; value: string }[]
}

export interface HandledVm {
  /** Of its request. */
  id: string
  name: string
  ref: ManagedObjectReference
}

type TaskMethod = Parameters<RigSite['vcenter']['call']>[0] & `${string}_Task`

const managed = '/DC0/vm/berth'

export async function handsAt({ vcenter }: RigSite): Promise<Hands> {
  const at = async (path: string) => {
    const found = await findByInventoryPath(vcenter, path)
    if (found === undefined) throw new Error(`the vCenter has no ${path}`)
    return found
  }
  const task: Hands['task'] = async (method, ref, args = {}) => {
    const started = await vcenter.call<ManagedObjectReference>(method, ref, { ...args })
    const look = async () => {
      const state = await readProperty(vcenter, started, 'info.state')
      return (state === 'success' || state === 'error') && String(state)
    }
    if ((await until(`${method} to end`, look, 30)) === 'error') throw new Error(`vCenter failed at ${method}`)
  }
  const pool = await at('/DC0/host/DC0_C0/Resources')
  const folder = await at(managed)
  const elsewhere = await at('/DC0/vm')
  return {
    async vmOf(id) {
      const [ref] = await findAllByInstanceUuid(vcenter, id)
      if (ref === undefined) throw new Error(`there is no VM of request ${id}`)
      return { id, ref, name: String(await readProperty(vcenter, ref, 'name')) }
    },
    task,
    move: (ref) => task('MoveIntoFolder_Task', elsewhere, { list: [ref] }),
    copy: (ref, name, config) =>
      task('CloneVM_Task', ref, {
        ...{ folder, name },
        spec: { location: { pool }, template: false, config, powerOn: false },
      }),
    remove: async (name) => task('Destroy_Task', await at(`${managed}/${name}`)),
  }
}
