import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client'
import type { Configuration } from '@berth/domain/configuration.ts'
import { controlPlaneQueue, reconcileWorkflowId } from '@berth/domain/task-queues.ts'
import type { ReconcileSite } from '@berth/workflows/reconcile-site.ts'
import { reconcileSiteType } from '@berth/workflows/messages.ts'

/** For each site a Temporal Schedule that compares vCenter with the record; made, or brought up to date, at every start. */
export async function keepReconcileSchedules(
  client: Client,
  configuration: Configuration,
  openFolders: readonly { siteId: string; folderPath: string }[],
  everySeconds: number,
): Promise<void> {
  for (const { id: siteId, addressAllow, addressIgnore } of configuration.sites) {
    // An item that is no longer offered leaves its VMs where they are.
    const inUse = [...configuration.catalogItems, ...openFolders].filter((each) => each.siteId === siteId)
    const folderPaths = [...new Set(inUse.map(({ folderPath }) => folderPath))]
    const addresses = { allow: addressAllow, ignore: addressIgnore }
    const look: ReconcileSite = { siteId, installationId: configuration.installationId, folderPaths, addresses }
    const schedule = {
      spec: { intervals: [{ every: everySeconds * 1_000 }] },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
      action: {
        type: 'startWorkflow' as const,
        workflowType: reconcileSiteType,
        workflowId: reconcileWorkflowId(siteId),
        taskQueue: controlPlaneQueue,
        args: [look],
      },
    }
    const scheduleId = reconcileWorkflowId(siteId)
    try {
      await client.schedule.create({ scheduleId, ...schedule })
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error
      await client.schedule.getHandle(scheduleId).update((previous) => ({ ...schedule, state: previous.state }))
    }
  }
}
