import { activityInfo } from '@temporalio/activity'
import { ApplicationFailure } from '@temporalio/common'
import type { Facts } from '@berth/domain/facts.ts'
import type { Instant } from '@berth/domain/instant.ts'
import type { NoticeOrder } from '@berth/domain/notice.ts'
import type { PlacementFindings } from '@berth/domain/placement.ts'
import { failureSentence } from '@berth/domain/failures.ts'
import { activityOfStep, stepWait } from '@berth/domain/step-wait.ts'
import type { Transition } from '@berth/domain/transition.ts'
import type { StepName } from '@berth/domain/vm-request.ts'
import { throughPort } from '../application-failure.ts'
import type { Courier, RequestRecords, RunIdentity, SiteWatch, WorkflowRepair } from './control-plane-ports.ts'
import { reconcileActivities } from './reconcile-activities.ts'

/** A step that has been open for a while. */
interface WaitingStep {
  requestId: string
  siteId: string
  step: StepName
  since: Instant
}

export interface ControlPlanePorts {
  records: RequestRecords
  courier: Courier
  siteWatch: SiteWatch
  repair: WorkflowRepair
}

/** The activities of the control plane: what the workflow asks of database, mail server and Temporal itself. */
export function createControlPlaneActivities({ records, courier, siteWatch, repair }: ControlPlanePorts) {
  /** Delivers what is pending of these orders; fails, to be tried again, while any recipient was not reached. */
  async function deliver(requestId: string, orders: NoticeOrder[]) {
    let lastError: string | undefined
    for (const notice of await throughPort(() => records.noticesToDeliver(requestId, orders))) {
      try {
        const { receipt } = await courier.deliver(notice)
        await records.noticeDelivered(notice.id, receipt)
      } catch (error) {
        lastError = error instanceof Error ? error.message : String(error)
        await records.noticeFailed(notice.id, lastError)
      }
    }
    if (lastError !== undefined)
      throw ApplicationFailure.retryable(failureSentence('mailUnavailable', lastError), 'mailUnavailable')
    return throughPort(() => records.deliveriesOf(requestId, orders))
  }

  return {
    /** The facts, and of a request that nobody has looked at yet what speaks against it. */
    openRun: (requestId: string, continuedFrom?: string): Promise<Facts & { objections?: string[] }> =>
      throughPort(async () => {
        const run = { ...thisRun(requestId), ...(continuedFrom !== undefined && { continuedFrom }) }
        const facts = await records.openRun(run)
        if (facts.state !== 'validating') return facts
        return { ...facts, objections: await records.reasonsToReject(requestId) }
      }),

    recordTransition: (transition: Transition) =>
      throughPort(() => records.recordTransition(thisRun(transition.requestId), transition)),

    validateRequest: (requestId: string) => throughPort(() => records.reasonsToReject(requestId)),

    openApprovals: (requestId: string, openedAt: Instant) =>
      throughPort(() => records.openApprovals(requestId, openedAt)),

    reservePlacement: (requestId: string, findings: PlacementFindings, neededGiB: number) =>
      throughPort(() => records.reservePlacement(requestId, findings, neededGiB)),

    deliveredWarnings: (requestId: string, orders: NoticeOrder[]) =>
      throughPort(() => records.deliveriesOf(requestId, orders)),

    deliverNotices: deliver,

    /** Says in one sentence what a step at a site waits for, and shows it on the request. */
    async describeSite(waiting: WaitingStep): Promise<string> {
      const { requestId, siteId, step: name } = waiting
      const workflowId = activityInfo().workflowExecution?.workflowId ?? ''
      const [site, pending] = await Promise.all([
        siteWatch.describeSite(siteId),
        siteWatch.pendingActivity(workflowId, activityOfStep[name] ?? ''),
      ])
      const { sentence, since, until } = stepWait({ ...waiting, name }, pending ?? undefined, site)
      await throughPort(() => records.setWaitingFor(requestId, { sentence, since }))
      return `${sentence}, since ${since}. What ends it: ${until}.`
    },

    ...reconcileActivities({ records, repair, deliver }),
  }
}

export type ControlPlaneActivities = ReturnType<typeof createControlPlaneActivities>

function thisRun(requestId: string): RunIdentity {
  const execution = activityInfo().workflowExecution
  if (execution === undefined) throw new Error('control-plane activities run only inside a workflow')
  return { requestId, runId: execution.runId }
}
