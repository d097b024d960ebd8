import type { Approval } from '@berth/domain/approval.ts'
import type { Facts } from '@berth/domain/facts.ts'
import type { Finding, VmsSeen } from '@berth/domain/finding.ts'
import type { Instant } from '@berth/domain/instant.ts'
import type { NoticeOrder, PendingNotice } from '@berth/domain/notice.ts'
import type { LateRequest, WorkflowStanding } from '@berth/domain/overdue.ts'
import type { OpenRequest } from '@berth/domain/open-request.ts'
import type { Placement, PlacementFindings } from '@berth/domain/placement.ts'
import type { RunIdentity } from '@berth/domain/run-identity.ts'
import type { ActivitySight, SiteSight } from '@berth/domain/step-wait.ts'
import type { Transition } from '@berth/domain/transition.ts'
import type { VmRequestState } from '@berth/domain/vm-request.ts'

export type { Finding, OpenRequest, PendingNotice, RunIdentity }

/**
 * The record of all requests: PostgreSQL in the product. Writers are fenced by run: a known older run gets `staleRun`,
 * an unknown one takes over and is answered with the facts.
 */
export interface RequestRecords {
  openRun(run: RunIdentity): Promise<Facts>
  /** Writes view, audit and pending notices in one transaction; repeating a transition changes nothing. Facts come back only to a run that took over. */
  recordTransition(run: RunIdentity, transition: Transition): Promise<{ facts?: Facts }>
  /** Every reason why the request cannot be built; empty when it can. */
  reasonsToReject(requestId: string): Promise<string[]>
  /** Opens the approval rows of the request if they are not open yet. No eligible approver: failure `noApprover`. */
  openApprovals(requestId: string, openedAt: Instant): Promise<Approval[]>
  /** Takes the space on the best datastore in one transaction; the same answer when asked again. None fits: failure `datastoreFull`. */
  reservePlacement(requestId: string, findings: PlacementFindings, neededGiB: number): Promise<Placement>
  /** What a person reads on the request while it waits. null removes it. */
  setWaitingFor(requestId: string, waitingFor: { sentence: string; since: Instant } | null): Promise<void>
  /** Pending or not yet delivered notices of these orders, rendered with what the request says now. Creates missing rows. */
  noticesToDeliver(requestId: string, orders: NoticeOrder[]): Promise<PendingNotice[]>
  noticeDelivered(noticeId: string, receipt: string): Promise<Instant>
  noticeFailed(noticeId: string, error: string): Promise<void>
  /** The earliest delivery of each order, if any recipient was reached. */
  deliveriesOf(requestId: string, orders: NoticeOrder[]): Promise<{ order: NoticeOrder; deliveredAt: Instant }[]>
  /** Requests of the site that are not final, with what reconciling needs. */
  openRequestsOf(siteId: string): Promise<OpenRequest[]>
  /** Whether the request is not final, now. */
  isStillOpen(requestId: string): Promise<boolean>
  /** Requests of the site with an act by time that was due before `latest`, so far as can be told without Temporal. */
  lateRequests(siteId: string, latest: Instant): Promise<LateRequest[]>
  /** Open requests whose VM the last run did not see where, or as, it should be. */
  vmsToLookFor(siteId: string): Promise<string[]>
  /**
   * Remembers what a reconcile run saw. Findings no longer seen are closed, so far as the run could tell: of the `unsure`
   * requests it could not see the VM.
   */
  recordFindings(siteId: string, findings: Finding[], vmsSeen: VmsSeen, unsure: string[]): Promise<ConfirmedFindings>
  /** The address that people are shown becomes what the VM reports now. Nothing is changed while a step is under way. */
  changeAddress(requestId: string, address: string, at: Instant): Promise<void>
  /** Orders the notices that a request's VM is gone, and says so in its history; once for each time that it goes. */
  tellVanished(requestId: string, at: Instant): Promise<void>
  /** Notices of such findings that nobody accepted yet. */
  pendingFindingNotices(siteId: string): Promise<{ requestId: string; orders: NoticeOrder[] }[]>
}

/** What enough runs in a row saw, and something is to be done about. */
export interface ConfirmedFindings {
  addresses: { requestId: string; address: string }[]
  vanished: VanishedRequest[]
}

export interface VanishedRequest {
  requestId: string
  since: Instant
  told: boolean
}

/** Accepts a message for delivery, or throws. */
export interface Courier {
  deliver(notice: PendingNotice): Promise<{ receipt: string }>
}

/** What Temporal knows about a site's agents and a request's pending activity. */
export interface SiteWatch {
  describeSite(siteId: string): Promise<SiteSight>
  /** The pending activity of this type, if there is one. */
  pendingActivity(workflowId: string, activity: string): Promise<ActivitySight | null>
}

export interface RunningWorkflow {
  runId: string
  /** As it says itself. */
  state?: VmRequestState
}

/** Repair of workflows: used by reconciling only. */
export interface WorkflowRepair {
  /** By workflow id, from Temporal's visibility, which may lag: confirm with `isOpen` before acting on an absence. */
  runningWorkflows(siteId: string): Promise<ReadonlyMap<string, RunningWorkflow>>
  isOpen(workflowId: string): Promise<boolean>
  /** Why a workflow does not do what is due, as far as Temporal knows. */
  standingOf(workflowId: string): Promise<WorkflowStanding>
  /** Asks a run whether it still knows its request: after a Reset, or a lost workflow task, it may wait for what happened long ago. */
  lookAgain(workflowId: string): Promise<void>
  /**
   * Starts the request's workflow again with its stored input; does nothing if one is running. A run that has ended the
   * request, and still tells people so, is ended first.
   */
  reopen(requestId: string, endedRun?: { workflowId: string; runId: string }): Promise<void>
}
