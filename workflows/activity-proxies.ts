import { ActivityCancellationType, proxyActivities, proxyLocalActivities, workflowInfo } from '@temporalio/workflow'
import type { ControlPlaneActivities } from '@berth/activities/control-plane/index.ts'
import type { VcenterActivities } from '@berth/activities/vcenter/index.ts'
import { cloneLimitSeconds } from '@berth/domain/clone-limit.ts'
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

/** Once, and only for as long as updates may wait: a mail server that takes longer is left to `notices`. */
export const promptNotices = proxyLocalActivities<ControlPlaneActivities>({
  startToCloseTimeout: '3 seconds',
  retry: { maximumAttempts: 1 },
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

type SiteVerb = 'findPlacements' | 'cloneVm' | 'powerOnVm' | 'waitForIp' | 'powerOffVm' | 'destroyVm'

/** What an agent does for a request; each knows by which run it was scheduled. */
export type SiteActivities = {
  [Verb in SiteVerb]: (input: Parameters<VcenterActivities[Verb]>[0]) => ReturnType<VcenterActivities[Verb]>
}

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
  const site = proxyActivities<Pick<VcenterActivities, SiteVerb>>({ ...options, startToCloseTimeout: '10 minutes' })
  const build = proxyActivities<Pick<VcenterActivities, SiteVerb>>({
    ...options,
    taskQueue: siteBuildQueue(siteId),
    startToCloseTimeout: cloneLimitSeconds * 1_000,
  })
  const waits = proxyActivities<Pick<VcenterActivities, SiteVerb>>({
    ...options,
    startToCloseTimeout: (policy.addressTimeoutSeconds + 60) * 1_000,
  })
  const powerOffs = proxyActivities<Pick<VcenterActivities, SiteVerb>>({
    ...options,
    startToCloseTimeout: (policy.guestShutdownSeconds + 600) * 1_000,
  })
  const { runId } = workflowInfo()
  return {
    findPlacements: (rules) => site.findPlacements(rules, runId),
    cloneVm: (order) => build.cloneVm(order, runId),
    powerOnVm: (vm) => site.powerOnVm(vm, runId),
    waitForIp: (wait) => waits.waitForIp(wait, runId),
    powerOffVm: (order) => powerOffs.powerOffVm(order, runId),
    destroyVm: (order) => site.destroyVm(order, runId),
  }
}
