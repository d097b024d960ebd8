import { findByInventoryPath } from '@berth/agent-worker/vcenter/inventory.ts'
import type { ManagedObjectReference } from '@berth/agent-worker/vcenter/managed-object.ts'
import type { SoapClient } from '@berth/agent-worker/vcenter/soap-client.ts'
import { isFault } from '@berth/agent-worker/vcenter/soap-fault.ts'
import { until } from '@berth/testing/until.ts'
import { ensureFolder, templates } from '../../demo-site/inventory/demo-inventory.ts'
import { runTask } from '../../demo-site/inventory/vcenter-task.ts'

/**
 * Makes the templates of a site as soon as its simulator is there, out of VMs that it has: its keeper, which comes later,
 * would clone them, one after another, and in drills a clone may take long.
 */
export async function templatesAtOnce(vcenter: SoapClient): Promise<void> {
  const root = await until('the simulator', () => findByInventoryPath(vcenter, '/DC0/vm'), 120)
  const folder = await ensureFolder(vcenter, root, 'templates')
  await Promise.all(
    templates.map(async ({ name, guestId }, index) => {
      // The first one is what the keeper clones from.
      const vm = await findByInventoryPath(vcenter, `/DC0/vm/DC0_C0_RP0_VM${index + 1}`)
      if (vm !== undefined) await makeTemplate(vcenter, vm, { name, guestId, folder })
    }),
  )
}

async function makeTemplate(
  vcenter: SoapClient,
  vm: ManagedObjectReference,
  { name, guestId, folder }: { name: string; guestId: string; folder: ManagedObjectReference },
): Promise<void> {
  try {
    await runTask(vcenter, 'ReconfigVM_Task', vm, { spec: { guestId } })
    await runTask(vcenter, 'Rename_Task', vm, { newName: name })
    await vcenter.call('MarkAsTemplate', vm)
    await runTask(vcenter, 'MoveIntoFolder_Task', folder, { list: [vm] })
  } catch (error) {
    // The keeper was faster.
    if (!isFault(error, 'DuplicateName')) throw error
  }
}
