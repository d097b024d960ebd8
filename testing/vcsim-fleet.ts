import { moref } from '@berth/agent-worker/vcenter/managed-object.ts'
import { marker } from '@berth/agent-worker/vcenter/own-vm.ts'
import { findByInventoryPath } from '@berth/agent-worker/vcenter/inventory.ts'
import { readPropertiesBelow } from '@berth/agent-worker/vcenter/read-properties.ts'
import { runTask } from '@berth/agent-worker/vcenter/vcenter-task.ts'
import { createVsphereVcenter } from '@berth/agent-worker/vcenter/vsphere-vcenter.ts'
import { startVcsim, vcsimInventory } from './vcsim.ts'

export interface FleetVm {
  moid: string
  name: string
  requestId: string
}

/** At once: enough to be quick, few enough for the simulator. */
const together = 50

/** A simulator full of VMs that carry the marker of requests, powered off, with the hands of people who work in vCenter. */
export async function startFleet(installationId: string, count: number) {
  const vcsim = await startVcsim({ vms: count + 1 })
  const { client, stream } = vcsim.access
  const { url, username, password } = vcsim
  const calls: string[] = []
  const port = createVsphereVcenter({ url, username, password, onCall: (method) => calls.push(method) })
  const folder = await existing(vcsimInventory.vmFolderPath)
  const managed = await existing(vcsim.rules.folderPath)

  async function existing(path: string) {
    const found = await findByInventoryPath(client, path)
    if (found === undefined) throw new Error(`there is nothing at ${path}`)
    return found
  }
  const all = async () => readPropertiesBelow(client, [folder], { VirtualMachine: ['name', 'config.template'] })
  const task = (method: Parameters<typeof runTask>[2], moid: string, args: object) =>
    runTask(client, stream, method, moref('VirtualMachine', moid), { ...args })
  const reconfigure = (moid: string, spec: object) => task('ReconfigVM_Task', moid, { spec })
  const mark = (requestId: string) => [
    { key: marker.installationId, value: installationId },
    { key: marker.requestId, value: requestId },
  ]

  const vms = [...(await all())]
    .filter(([, properties]) => properties['config.template'] !== true)
    .map(([key, { name }]): FleetVm => ({
      moid: key.slice(key.indexOf(':') + 1),
      name: String(name),
      requestId: crypto.randomUUID(),
    }))
  // Nobody waits for each of thousands of tasks: that they have ended is seen at the end.
  await inTurns(vms, ({ moid, requestId }) =>
    client.call('ReconfigVM_Task', moref('VirtualMachine', moid), {
      spec: { instanceUuid: requestId, extraConfig: mark(requestId) },
    }),
  )
  const { vms: marked } = await port.listOwnedVms(installationId, [vcsimInventory.vmFolderPath])
  if (marked.length !== vms.length) throw new Error(`${marked.length} of ${vms.length} VMs are marked`)
  calls.length = 0

  return {
    port,
    vms,
    folderPath: vcsimInventory.vmFolderPath,
    folderMoid: folder.value,
    /** SOAP methods that the port called. */
    calls,
    count: async () => (await all()).size,
    by: {
      remove: ({ moid }: FleetVm) => task('Destroy_Task', moid, {}),
      rename: ({ moid, name }: FleetVm) => task('Rename_Task', moid, { newName: `${name}-renamed` }),
      move: ({ moid }: FleetVm) =>
        runTask(client, stream, 'MoveIntoFolder_Task', managed, { list: [moref('VirtualMachine', moid)] }),
      powerOn: ({ moid }: FleetVm) => task('PowerOnVM_Task', moid, {}),
      removeMarker: ({ moid }: FleetVm) =>
        reconfigure(moid, { extraConfig: Object.values(marker).map((key) => ({ key, value: '' })) }),
      reassignUuid: ({ moid }: FleetVm) => reconfigure(moid, { instanceUuid: crypto.randomUUID() }),
      /** As if the VM were a copy of the other. */
      markAs: ({ moid }: FleetVm, original: FleetVm) =>
        reconfigure(moid, { instanceUuid: crypto.randomUUID(), extraConfig: mark(original.requestId) }),
    },
    async stop() {
      await port.close()
      await vcsim.stop()
    },
  }
}

export async function inTurns<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < items.length; from += together)
    await Promise.all(items.slice(from, from + together).map(act))
}
