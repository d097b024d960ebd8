import { looksLikeOneTrouble } from '@berth/domain/finding.ts'
import { addSeconds, instantOf, secondsBetween, type Instant } from '@berth/domain/instant.ts'
import type { NoticeOrder } from '@berth/domain/notice.ts'
import { dueAct, overdueAfterSeconds, overdueBecause } from '@berth/domain/overdue.ts'
import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import { throughPort } from '../application-failure.ts'
import { unpackVms, type PackedVms } from '../vcenter/packed-vms.ts'
import { classifySite, workflowWasMissing, type RequestWithoutWorkflow } from './classify-site.ts'
import type { Finding, OpenRequest, RequestRecords, VanishedRequest, WorkflowRepair } from './control-plane-ports.ts'

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
}

interface Ports {
  records: RequestRecords
  repair: WorkflowRepair
  deliver: (requestId: string, orders: NoticeOrder[]) => Promise<unknown>
}

/** If a whole site seems gone, its owners are told only when it stays so. */
const doubtSeconds = 1_800

/** What reconciling asks of the record and of Temporal. */
export function reconcileActivities({ records, repair, deliver }: Ports) {
  async function reopenMissing(missing: readonly RequestWithoutWorkflow[]): Promise<RequestWithoutWorkflow[]> {
    const reopened: RequestWithoutWorkflow[] = []
    for (const request of missing) {
      if (await repair.isOpen(request.workflowId)) continue
      // Its workflow may have ended it since the list was read.
      if (!(await throughPort(() => records.isStillOpen(request.requestId)))) continue
      await repair.reopen(request.requestId)
      reopened.push(request)
    }
    return reopened
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

  async function tellOf(vanished: readonly VanishedRequest[], expected: number, now: Instant): Promise<boolean> {
    const isDoubtful = looksLikeOneTrouble(vanished.length, expected)
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
    async classifyAndRepair({ siteId, installationId, packedVms }: SeenSite): Promise<Reconciled> {
      const vms = packedVms === null ? null : await unpackVms(packedVms)
      const now = instantOf(Date.now())
      const open = await throughPort(() => records.openRequestsOf(siteId))
      const running = await repair.runningWorkflows(siteId)
      const { findings: seen, withoutWorkflow } = classifySite({ siteId, installationId, vms }, open, running)
      const reopened = await reopenMissing(withoutWorkflow)
      for (const workflowId of runsUnheardOf(siteId, open, running)) await repair.lookAgain(workflowId)
      const ids = new Set(reopened.map(({ requestId }) => requestId))
      const late = (await overdue(siteId, now)).filter(({ subject }) => !ids.has(subject))
      const findings = [...seen, ...late, ...reopened.map(workflowWasMissing)]
      const confirmed = await throughPort(() => records.recordFindings(siteId, findings, { vmsWereSeen: vms !== null }))
      for (const { requestId, address } of confirmed.addresses)
        await throughPort(() => records.changeAddress(requestId, address, now))
      const expected = open.filter(({ expectsVm }) => expectsVm).length
      const tell = await tellOf(confirmed.vanished, expected, now)
      return { findings: findings.length, reopened: [...ids], tell }
    },

    /** Delivers what is still pending of what reconciling had to say; the next run tries again what nobody accepts now. */
    async tellOfFindings(siteId: string): Promise<void> {
      const pending = await throughPort(() => records.pendingFindingNotices(siteId))
      for (const { requestId, orders } of pending) await deliver(requestId, orders).catch(() => undefined)
    },
  }
}

/** Workflows in another run than the one that the record last heard of: a Reset, unless it is just being recorded. */
const runsUnheardOf = (siteId: string, open: readonly OpenRequest[], running: ReadonlyMap<string, string>): string[] =>
  open.flatMap(({ requestId, newestRunId }) => {
    const workflowId = vmRequestWorkflowId(siteId, requestId)
    const runId = running.get(workflowId)
    return newestRunId === undefined || runId === undefined || runId === newestRunId ? [] : [workflowId]
  })
