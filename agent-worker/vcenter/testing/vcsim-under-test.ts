import type { VcenterUnderTest } from '@berth/activities/vcenter/testing/vcenter-contract.ts'
import { setGuestAddress } from '@berth/testing/vcsim.ts'
import type { Vcsim } from '@berth/testing/vcsim.ts'
import type { SoapMethod } from '../element-order.ts'
import { findAllByInstanceUuid, findByInventoryPath } from '../inventory.ts'
import { isMoref } from '../managed-object.ts'
import { marker } from '../own-vm.ts'
import { runTask } from '../vcenter-task.ts'
import { createVsphereVcenter } from '../vsphere-vcenter.ts'
import type { VsphereVcenter } from '../vsphere-vcenter.ts'

/** The port over SOAP on a simulator, with calls counted and the hands of others. */
export function vcsimUnderTest(vcsim: Vcsim): VcenterUnderTest & { port: VsphereVcenter; calls: SoapMethod[] } {
  const { client, stream } = vcsim.access
  const calls: SoapMethod[] = []
  const { url, username, password } = vcsim
  const port = createVsphereVcenter({ url, username, password, onCall: (method) => calls.push(method) })
  const restarted: VsphereVcenter[] = []

  const existing = async (path: string) => {
    const found = await findByInventoryPath(client, path)
    if (found === undefined) throw new Error(`there is nothing at ${path}`)
    return found
  }

  const vmOf = async (requestId: string) => {
    const [vm] = await findAllByInstanceUuid(client, requestId)
    if (vm === undefined) throw new Error(`no VM of request ${requestId}`)
    return vm
  }

  const cloneByHand = async (name: string, instanceUuid: string, extraConfig: { key: string; value: string }[]) => {
    const made = await runTask(client, stream, 'CloneVM_Task', await existing(vcsim.rules.templatePath), {
      folder: await existing(vcsim.rules.folderPath),
      name,
      spec: {
        location: { pool: await existing(vcsim.rules.resourcePoolPath) },
        template: false,
        config: { instanceUuid, extraConfig },
        powerOn: false,
      },
    })
    if (!isMoref(made)) throw new Error(`vCenter does not say what ${name} became`)
    return made.value
  }

  return {
    port,
    restarted() {
      const another = createVsphereVcenter({ url, username, password })
      restarted.push(another)
      return another
    },
    calls,
    rules: vcsim.rules,
    reportAddress: async (requestId, address) => setGuestAddress(vcsim.access, (await vmOf(requestId)).value, address),
    addForeignVm: ({ name, instanceUuid }) => cloneByHand(name, instanceUuid, []),
    async addCopyOf(requestId, name) {
      await cloneByHand(name, crypto.randomUUID(), [
        { key: marker.installationId, value: 'berth-test' },
        { key: marker.requestId, value: requestId },
      ])
    },
    removeVm: async (requestId) => void (await runTask(client, stream, 'Destroy_Task', await vmOf(requestId))),
    reassignUuid: async (requestId, instanceUuid) =>
      void (await runTask(client, stream, 'ReconfigVM_Task', await vmOf(requestId), { spec: { instanceUuid } })),
    async moveOut(requestId) {
      const { folderPath } = vcsim.rules
      const parent = await existing(folderPath.slice(0, folderPath.lastIndexOf('/')))
      await runTask(client, stream, 'MoveIntoFolder_Task', parent, { list: [await vmOf(requestId)] })
    },
    async removeMarker(requestId) {
      const extraConfig = Object.values(marker).map((key) => ({ key, value: '' }))
      await runTask(client, stream, 'ReconfigVM_Task', await vmOf(requestId), { spec: { extraConfig } })
    },
    async stop() {
      await Promise.all([port, ...restarted].map((each) => each.close()))
      await vcsim.stop()
    },
  }
}
