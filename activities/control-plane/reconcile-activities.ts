import { looksLikeOneTrouble, type VmsSeen } from '@berth/domain/finding.ts'
import { addSeconds, instantOf, secondsBetween, type Instant } from '@berth/domain/instant.ts'
import type { NoticeOrder } from '@berth/domain/notice.ts'
import { dueAct, overdueAfterSeconds, overdueBecause, type WorkflowStanding } from '@berth/domain/overdue.ts'
import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import { isFinal } from '@berth/domain/vm-request.ts'
import { throughPort } from '../application-failure.ts'
import { unpackVms, type PackedVms } from '../vcenter/packed-vms.ts'
import type { ListedVms } from '../vcenter/vcenter-port.ts'
import { classifySite, workflowWasMissing, type RequestWithoutWorkflow } from './classify-site.ts'
import type {
  Finding,
  OpenRequest,
  RequestRecords,
  RunningWorkflow,
  VanishedRequest,
  WorkflowRepair,
} from './control-plane-ports.ts'
import type { WhyNotListed } from './site-inventory.ts'

export interface Reconciled {
  findings: number
  reopened: string[]
  /** Whether somebody has to be told of something. */
  tell: boolean
}

export interface SeenSite {
  siteId: string
  installationId: string
  /** null: the site could not be asked; only workflows are looked after. */
  packedVms: PackedVms | null
  whyNot?: WhyNotListed
}

interface Ports {
  records: RequestRecords
  repair: WorkflowRepair
  deliver: (requestId: string, orders: NoticeOrder[]) => Promise<unknown>
}

/** If a whole site, or a folder with its VMs, seems gone, owners are told only when it stays so. */
const doubtSeconds = 1_800

/** What reconciling asks of the record and of Temporal. */
export function reconcileActivities({ records, repair, deliver }: Ports) {
  /** The list of open requests was read before the list of workflows: one may have ended in between. */
  const isStillOpen = (requestId: string) => throughPort(() => records.isStillOpen(requestId))

  async function reopenMissing(missing: readonly RequestWithoutWorkflow[]): Promise<RequestWithoutWorkflow[]> {
    const reopened: RequestWithoutWorkflow[] = []
    for (const request of missing) {
      if (await repair.isOpen(request.workflowId)) continue
      if (!(await isStillOpen(request.requestId))) continue
      await repair.reopen(request.requestId)
      reopened.push(request)
    }
    return reopened
  }

  /** A workflow behind its own record waits for what has happened, and would wait for ever. */
  async function wakeWhatIsBehind(
    siteId: string,
    open: readonly OpenRequest[],
    running: ReadonlyMap<string, RunningWorkflow>,
    now: Instant,
  ): Promise<void> {
    for (const request of open) {
      const workflowId = vmRequestWorkflowId(siteId, request.requestId)
      const workflow = running.get(workflowId)
      if (workflow === undefined) continue
      if (hasEndedIt(request, workflow, now)) {
        if (!(await isStillOpen(request.requestId))) continue
        await repair.reopen(request.requestId, { workflowId, runId: workflow.runId })
        continue
      }
      const doubt = doubtOf(request, workflow, now)
      if (doubt === 'isBehind' || (doubt === 'mayBeIdle' && isIdle(await repair.standingOf(workflowId))))
        await repair.lookAgain(workflowId)
    }
    // One that its request has ended without would tell its owner only when its wait is over. A new one looks in vain.
    const known = new Set(open.map(({ requestId }) => vmRequestWorkflowId(siteId, requestId)))
    for (const [workflowId, { state }] of running)
      if (!known.has(workflowId) && state !== undefined && !isFinal(state)) await repair.lookAgain(workflowId)
  }

  async function overdue(siteId: string, now: Instant): Promise<Finding[]> {
    const latest = addSeconds(now, -overdueAfterSeconds)
    const findings: Finding[] = []
    for (const request of await throughPort(() => records.lateRequests(siteId, latest))) {
      const due = dueAct(request)
      if (due === undefined || due.at > latest) continue
      const { requestId, waitingFor } = request
      const standing = await repair.standingOf(vmRequestWorkflowId(siteId, requestId))
      const detail = `${due.sentence}: ${overdueBecause(standing, waitingFor)}`
      findings.push({ kind: 'overdue', subject: requestId, requestId, detail })
    }
    return findings
  }

  async function tellOf(vanished: readonly VanishedRequest[], isDoubtful: boolean, now: Instant): Promise<boolean> {
    for (const { requestId, since, told } of vanished) {
      if (told || (isDoubtful && secondsBetween(since, now) < doubtSeconds)) continue
      await throughPort(() => records.tellVanished(requestId, now))
    }
    return vanished.length > 0
  }

  return {
    /** Requests whose VM the last run did not find in its place: the agent looks for them everywhere. */
    vmsToLookFor: (siteId: string) => throughPort(() => records.vmsToLookFor(siteId)),

    /** Compares what is in vCenter with what should be, repairs what is safe to repair, and reports the rest. */
    async classifyAndRepair({ packedVms, ...site }: SeenSite): Promise<Reconciled> {
      const { siteId } = site
      const listed = packedVms === null ? null : await unpackVms(packedVms)
      const now = instantOf(Date.now())
      const open = await throughPort(() => records.openRequestsOf(siteId))
      const running = await repair.runningWorkflows(siteId)
      const { findings: seen, unsure, withoutWorkflow } = classifySite({ ...site, listed }, open, running)
      const reopened = await reopenMissing(withoutWorkflow)
      await wakeWhatIsBehind(siteId, open, running, now)
      const ids = new Set(reopened.map(({ requestId }) => requestId))
      const late = (await overdue(siteId, now)).filter(({ subject }) => !ids.has(subject))
      const findings = [...seen, ...late, ...reopened.map(workflowWasMissing)]
      const confirmed = await throughPort(() => records.recordFindings(siteId, findings, vmsSeen(listed), unsure))
      for (const { requestId, address } of confirmed.addresses)
        await throughPort(() => records.changeAddress(requestId, address, now))
      const expected = open.filter(({ expectsVm }) => expectsVm).length
      const isDoubtful =
        looksLikeOneTrouble(confirmed.vanished.length, expected) || (listed?.missingFolders.length ?? 0) > 0
      const tell = await tellOf(confirmed.vanished, isDoubtful, now)
      return { findings: findings.length, reopened: [...ids], tell }
    },

    /** Delivers what is still pending of what reconciling had to say; the next run tries again what nobody accepts now. */
    async tellOfFindings(siteId: string): Promise<void> {
      const pending = await throughPort(() => records.pendingFindingNotices(siteId))
      for (const { requestId, orders } of pending) await deliver(requestId, orders).catch(() => undefined)
    },
  }
}

const vmsSeen = (listed: ListedVms | null): VmsSeen =>
  listed === null ? 'none' : listed.unreadable.length > 0 ? 'some' : 'all'

/** Until then a difference may be that the workflow is just about to say what it has recorded. */
const settledAfterSeconds = 30

/** The request failed, was opened again, and nobody started its new run; the old one takes no message any more. */
const hasEndedIt = ({ changedAt }: OpenRequest, { state }: RunningWorkflow, now: Instant): boolean =>
  state !== undefined && isFinal(state) && secondsBetween(changedAt, now) >= settledAfterSeconds

function doubtOf(
  { newestRunId, changedAt, state, isUnderWay }: OpenRequest,
  workflow: RunningWorkflow,
  now: Instant,
): 'isBehind' | 'mayBeIdle' | undefined {
  if (secondsBetween(changedAt, now) < settledAfterSeconds) return undefined
  const isOtherRun = newestRunId !== undefined && newestRunId !== workflow.runId
  if (isOtherRun || (workflow.state !== undefined && workflow.state !== state)) return 'isBehind'
  return isUnderWay ? 'mayBeIdle' : undefined
}

const isIdle = ({ pending, taskAttempts, paused }: WorkflowStanding): boolean =>
  pending === undefined && taskAttempts === undefined && paused === undefined
