import { proxyActivities, proxyLocalActivities, ActivityCancellationType } from '@temporalio/workflow'
import type { ControlPlaneActivities } from '@berth/activities/control-plane/index.ts'
import type { VcenterActivities } from '@berth/activities/vcenter/index.ts'
import { attemptsWithin, backOff } from '@berth/domain/failures.ts'
import type { Policy } from '@berth/domain/policy.ts'
import { siteBuildQueue, siteQueue } from '@berth/domain/task-queues.ts'

const pause = {
  initialInterval: backOff.initialSeconds * 1_000,
  backoffCoefficient: backOff.coefficient,
  maximumInterval: backOff.maximumSeconds * 1_000,
}

/** Short database work in the workflow's own worker: few tries, since updates wait meanwhile. */
export const localRecords = proxyLocalActivities<ControlPlaneActivities>({
  startToCloseTimeout: '5 seconds',
  retry: { initialInterval: '200 milliseconds', maximumAttempts: 3 },
})

/** The same work while the database is down: a normal activity, tried without limit. */
export const patientRecords = proxyActivities<ControlPlaneActivities>({
  startToCloseTimeout: '20 seconds',
  retry: pause,
})

/** Notices are tried for a day, then they count as undelivered. */
export const notices = proxyActivities<ControlPlaneActivities>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '24 hours',
  retry: { ...pause, maximumInterval: '5 minutes' },
})

/** The last try of a warning that is overdue: an operator is asked soon. */
export const lastWarning = proxyActivities<ControlPlaneActivities>({
  startToCloseTimeout: '30 seconds',
  retry: { ...pause, maximumAttempts: 3 },
})

/** A sentence about a wait is worth one try; the next one comes anyway. */
export const explanations = proxyActivities<ControlPlaneActivities>({
  startToCloseTimeout: '15 seconds',
  retry: { maximumAttempts: 1 },
})

export type SiteActivities = Pick<
  VcenterActivities,
  'findPlacements' | 'cloneVm' | 'powerOnVm' | 'waitForIp' | 'powerOffVm' | 'destroyVm'
>

/**
 * The agent's activities. They wait for an agent without limit; transient failures are retried for as long as the policy
 * says. A cancelled activity answers with what it really did, so that undo knows.
 */
export function siteActivities(siteId: string, policy: Policy): SiteActivities {
  const options = {
    taskQueue: siteQueue(siteId),
    heartbeatTimeout: '20 seconds',
    retry: { ...pause, maximumAttempts: attemptsWithin(policy.transientLimitSeconds) },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  } as const
  const site = proxyActivities<SiteActivities>({ ...options, startToCloseTimeout: '10 minutes' })
  const build = proxyActivities<SiteActivities>({
    ...options,
    taskQueue: siteBuildQueue(siteId),
    startToCloseTimeout: '2 hours',
  })
  const waits = proxyActivities<SiteActivities>({
    ...options,
    startToCloseTimeout: (policy.addressTimeoutSeconds + 60) * 1_000,
  })
  const powerOffs = proxyActivities<SiteActivities>({
    ...options,
    startToCloseTimeout: (policy.guestShutdownSeconds + 600) * 1_000,
  })
  return {
    findPlacements: site.findPlacements,
    cloneVm: build.cloneVm,
    powerOnVm: site.powerOnVm,
    waitForIp: waits.waitForIp,
    powerOffVm: powerOffs.powerOffVm,
    destroyVm: site.destroyVm,
  }
}
