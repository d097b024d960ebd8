import { defineSearchAttributeKey, WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/common'
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow'
import type { Decision } from '@berth/domain/approval.ts'
import type { Instant } from '@berth/domain/instant.ts'
import type { LeaseCap } from '@berth/domain/lease.ts'
import type { Overrides } from '@berth/domain/overrides.ts'
import type { ProvisioningRequest } from '@berth/domain/provisioning-request.ts'
import { controlPlaneQueue, vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import type { HoldStep, OperatorAction, VmRequestState } from '@berth/domain/vm-request.ts'

/** What is said to a workflow, how it is found and how it is started. */

/** `id` makes a message idempotent over all runs of a request; `by` is a user's id. */
interface Message {
  id: string
  by: string
  reason?: string
}

export interface DecideApproval extends Message {
  decision: Decision
  /** Required if more than one approval is open. */
  approvalId?: string
}

export interface ExtendLease extends Message {
  leaseSeconds: number
}

export type ReleaseVm = Message
export type RestoreVm = Message
export type CancelRequest = Message

export interface OperatorDecision extends Message {
  step: HoldStep
  attempt: number
  action: OperatorAction
  /** Other choices for a retry. */
  overrides?: Overrides
  /** How long `keep` keeps the VM; without it as long as a hold lasts. */
  keepSeconds?: number
}

export interface Applied {
  state: VmRequestState
}

export interface LeaseExtended extends Applied {
  leaseEndsAt: Instant
  cappedBy: LeaseCap
}

export const decideApproval = defineUpdate<Applied, [DecideApproval]>('decideApproval')
export const extendLease = defineUpdate<LeaseExtended, [ExtendLease]>('extendLease')
export const releaseVm = defineUpdate<Applied, [ReleaseVm]>('releaseVm')
export const restoreVm = defineUpdate<Applied, [RestoreVm]>('restoreVm')
export const cancelRequest = defineUpdate<Applied, [CancelRequest]>('cancelRequest')
export const operatorDecision = defineUpdate<Applied, [OperatorDecision]>('operatorDecision')

/** Asks a run whether its request went on without it, as after a Reset. Sent by reconciling. */
export const lookAgain = defineSignal('lookAgain')

/** What the workflow believes; the view in the database is what people are shown. */
export const currentState = defineQuery<{ state: VmRequestState; waitingFor?: string }>('currentState')

export const searchAttributes = {
  state: defineSearchAttributeKey('BerthState', 'KEYWORD'),
  site: defineSearchAttributeKey('BerthSite', 'KEYWORD'),
  owner: defineSearchAttributeKey('BerthOwner', 'KEYWORD'),
  team: defineSearchAttributeKey('BerthTeam', 'KEYWORD'),
  failedStep: defineSearchAttributeKey('BerthFailedStep', 'KEYWORD'),
  needsOperator: defineSearchAttributeKey('BerthNeedsOperator', 'BOOL'),
  leaseEndsAt: defineSearchAttributeKey('BerthLeaseEndsAt', 'DATETIME'),
} as const

export const provisionVmType = 'provisionVm'
export const reconcileSiteType = 'reconcileSite'

/** Temporal's priority keys, 1 first: a person who waits comes before a program. Within one, teams take turns. */
const urgency = { person: 3, automation: 4 }

/** The one way in which a request's workflow is started, by the API and the outbox relay: twice is once. */
export function startOptions(request: ProvisioningRequest) {
  return {
    workflowId: vmRequestWorkflowId(request.siteId, request.requestId),
    taskQueue: controlPlaneQueue,
    args: [request] as [ProvisioningRequest],
    workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    typedSearchAttributes: [
      { key: searchAttributes.state, value: 'validating' },
      { key: searchAttributes.site, value: request.siteId },
      { key: searchAttributes.owner, value: request.specification.ownerId },
      { key: searchAttributes.team, value: request.specification.teamId },
    ],
    staticSummary: `${request.vmName} · ${request.specification.catalogItemId} ${request.specification.size.id}`,
    priority: {
      priorityKey: request.origin === 'api' ? urgency.automation : urgency.person,
      fairnessKey: request.specification.teamId,
    },
  }
}

/** A failed request that was opened again gets a further run; asked twice it gets one. */
export const tryAgainOptions = (request: ProvisioningRequest) => ({
  ...startOptions(request),
  workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
})

/** For repair only: a request whose workflow was terminated gets another one, that goes on from the recorded facts. */
export const reopenOptions = (request: ProvisioningRequest) => ({
  ...startOptions(request),
  workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
})
