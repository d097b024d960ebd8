import { ActivityFailure, proxyActivities } from '@temporalio/workflow'
import type { ControlPlaneActivities } from '@berth/activities/control-plane/index.ts'
import type { VcenterActivities } from '@berth/activities/vcenter/index.ts'
import { siteQueue } from '@berth/domain/task-queues.ts'

export interface ReconcileSite {
  siteId: string
  installationId: string
  folderPaths: string[]
}

const control = proxyActivities<ControlPlaneActivities>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '5 minutes',
})

/** Compares a site with the record, every two minutes: requests get their workflow back, what is odd is reported. */
export async function reconcileSite({ siteId, installationId, folderPaths }: ReconcileSite) {
  const agent = proxyActivities<VcenterActivities>({
    taskQueue: siteQueue(siteId),
    startToCloseTimeout: '1 minute',
    scheduleToCloseTimeout: '90 seconds',
    heartbeatTimeout: '20 seconds',
  })
  const vms = await agent.listOwnedVms({ installationId, folderPaths }).catch((error: unknown) => {
    // A silent site is no reason to leave its requests without workflow.
    if (error instanceof ActivityFailure) return null
    throw error
  })
  return control.classifyAndRepair({ siteId, vms })
}
