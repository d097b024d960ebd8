import { ActivityFailure, ApplicationFailure, proxyActivities, TimeoutFailure } from '@temporalio/workflow'
import type { ControlPlaneActivities } from '@berth/activities/control-plane/index.ts'
import type { VcenterActivities } from '@berth/activities/vcenter/index.ts'
import type { CountingAddresses } from '@berth/activities/vcenter/vcenter-port.ts'
import { siteQueue } from '@berth/domain/task-queues.ts'

export interface ReconcileSite {
  siteId: string
  installationId: string
  folderPaths: string[]
  /** Which of a guest's addresses count at this site. */
  addresses: CountingAddresses
}

const control = proxyActivities<ControlPlaneActivities>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '5 minutes',
})
/** What is not delivered now is delivered by the next run. */
const once = proxyActivities<ControlPlaneActivities>({ startToCloseTimeout: '1 minute', retry: { maximumAttempts: 1 } })

/** Compares a site with the record, every two minutes: requests get their workflow back, what is odd is reported. */
export async function reconcileSite({ siteId, installationId, folderPaths, addresses }: ReconcileSite) {
  const agent = proxyActivities<VcenterActivities>({
    taskQueue: siteQueue(siteId),
    startToCloseTimeout: '1 minute',
    scheduleToCloseTimeout: '90 seconds',
    heartbeatTimeout: '20 seconds',
  })
  const expected = await control.vmsToLookFor(siteId)
  // A silent site is no reason to leave its requests without workflow.
  const seen = await agent
    .listOwnedVms({ installationId, folderPaths, expected, addresses })
    .then((packedVms) => ({ packedVms }))
    .catch(unlessItFailed((failure) => ({ packedVms: null, whyNot: whyNotListed(failure) })))
  const outcome = await control.classifyAndRepair({ siteId, installationId, ...seen })
  if (outcome.tell) await once.tellOfFindings(siteId).catch(unlessItFailed(() => undefined))
  return outcome
}

function whyNotListed({ cause }: ActivityFailure): { code?: string; sentence: string } {
  const last = cause instanceof TimeoutFailure && cause.cause !== undefined ? cause.cause : cause
  if (!(last instanceof ApplicationFailure)) return { sentence: 'no agent of the site answered in time' }
  return { ...(typeof last.type === 'string' && { code: last.type }), sentence: last.message }
}

const unlessItFailed =
  <T>(instead: (failure: ActivityFailure) => T) =>
  (error: unknown): T => {
    if (error instanceof ActivityFailure) return instead(error)
    throw error
  }
