import type { VmRequest } from '@berth/contract/vm-request.ts'
import type { ApprovalView, VmRequestView } from '@berth/database/vm-request-view.ts'
import { adviceOn } from '@berth/domain/finding.ts'
import type { Instant } from '@berth/domain/instant.ts'
import { overridable } from '@berth/domain/overrides.ts'
import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import { triedAgainFrom } from '@berth/domain/trying-again.ts'
import { allows, isFinal, vmRequestActions, type HoldStep, type VmRequestAction } from '@berth/domain/vm-request.ts'
import type { Caller } from '../caller.ts'
import type { ApiSettings } from '../dependencies.ts'
import { isOwnRequest, mayDo } from '../policies.ts'
import { destroyedAt, intentOf, restorableUntil, warningsOf } from './lease-moments.ts'

export interface Beholder {
  caller: Caller
  now: Instant
  temporalUi: ApiSettings['temporalUi'] | undefined
}

/** A request as this person reads it: what it is, and what they may do with it now. */
export function presentVmRequest(view: VmRequestView, beholder: Beholder, cloneProgress?: number): VmRequest {
  const { hold, placement, ssh, waitingFor } = view
  return {
    ...identityOf(view),
    ...momentsOf(view, beholder.now),
    lease: leaseTerms(view),
    warnings: warningsOf(view, beholder.now),
    steps: view.steps.map(({ name, round, state, startedAt, endedAt }) => ({
      name,
      round,
      state,
      ...present({ startedAt, endedAt }),
      ...(name === 'clone' && state === 'running' && present({ progress: cloneProgress })),
    })),
    approvals: view.approvals.map(presentApproval),
    approvalReason: view.approval.reason,
    reasons: view.reasons,
    findings: findingsOf(view),
    actions: vmRequestActions.filter((action) => isOpenTo(action, view, beholder)),
    ...present({ address: view.address, ssh, waitingFor, retireTo: view.retireTo, endedBy: view.endedBy }),
    ...present({ intent: intentOf(view, beholder.now) }),
    ...(placement !== undefined && {
      placement: { datastore: placement.datastoreName, network: placement.networkName },
    }),
    ...(hold !== undefined && { hold: presentHold(hold, view, beholder) }),
    ...present({ tryAgainFrom: tryAgainFrom(view, beholder) }),
    ...present({ workflowUrl: workflowUrl(view, beholder) }),
  }
}

export const presentApproval = ({ specHash: _, ...approval }: ApprovalView) => approval

const identityOf = (view: VmRequestView) => ({
  id: view.id,
  version: view.version,
  state: view.state,
  vmName: view.vmName,
  siteId: view.siteId,
  catalogItemId: view.catalogItemId,
  catalogItemVersion: view.catalogItemVersion,
  catalogItemName: view.catalogItemName,
  templatePath: view.rules.templatePath,
  sizeId: view.size.id,
  vCpu: view.size.vCpu,
  memoryMiB: view.size.memoryMiB,
  diskGiB: view.size.diskGiB,
  ownerId: view.ownerId,
  ownerName: view.ownerName,
  teamId: view.teamId,
  teamName: view.teamId,
  purpose: view.purpose,
  sshPublicKeys: view.sshPublicKeys,
  leaseSeconds: view.leaseSeconds,
})

const momentsOf = (view: VmRequestView, now: Instant) => ({
  requestedAt: view.requestedAt,
  ...present({
    handedOverAt: view.handedOverAt,
    leaseEndsAt: view.leaseEndsAt,
    expiredAt: view.expiredAt,
    releasedAt: view.releasedAt,
    restorableUntil: restorableUntil(view, now),
    destroyedAt: destroyedAt(view, now),
    endedAt: view.closedAt,
  }),
})

const leaseTerms = ({ extensions, policy }: VmRequestView) => ({
  extensionsUsed: extensions,
  freeExtensions: policy.freeExtensions,
  minLeaseSeconds: policy.minLeaseSeconds,
  maxGrantSeconds: policy.maxGrantSeconds,
  maxTotalSeconds: policy.maxTotalSeconds,
  graceSeconds: policy.graceSeconds,
  undoSeconds: policy.undoSeconds,
})

/** The VM of a request that is ending is no longer looked after. */
function findingsOf({ state, hold, findings }: VmRequestView): VmRequest['findings'] {
  if (isFinal(state) || state === 'retiring') return []
  return findings.flatMap((finding) => {
    const advice = adviceOn(finding.kind, { state, hold }).ownerCan
    return advice === undefined ? [] : [{ ...finding, advice }]
  })
}

/** Whether the table of policies and the table of states both allow it now. */
function isOpenTo(action: VmRequestAction, view: VmRequestView, { caller, now }: Beholder): boolean {
  const isLegal = allows(view.state, action, view.hold)
  if (action === 'decideApproval') return isLegal && !isOwnRequest(caller, view) && waitsFor(caller, view.approvals)
  const leaseIsOver = view.leaseEndsAt !== undefined && view.leaseEndsAt <= now
  if (action === 'restoreVm' && leaseIsOver) return false
  return isLegal && !isSuperseded(action, view) && mayDo(caller, action, 'vmRequest', view)
}

/** What was asked for already, or makes no sense any more. Out of a hold the same act again is another try. */
function isSuperseded(action: VmRequestAction, { intent, state }: VmRequestView): boolean {
  if (intent === undefined) return false
  if (action === 'extendLease') return intent === 'release'
  return state !== 'held' && (action === 'restoreVm' || action === 'releaseVm')
}

function presentHold(hold: NonNullable<VmRequestView['hold']>, view: VmRequestView, { caller }: Beholder) {
  const decides = mayDo(caller, 'operatorDecision', 'vmRequest', view)
  return { ...hold, ...(decides && { overridable: overridable(view.rules, hold, view.steps) }) }
}

const tryAgainFrom = (view: VmRequestView, { caller }: Beholder): HoldStep | undefined =>
  view.state === 'failed' && mayDo(caller, 'tryAgain', 'vmRequest', view)
    ? triedAgainFrom(view.approvals).step
    : undefined

const waitsFor = ({ userId }: Caller, approvals: readonly ApprovalView[]): boolean =>
  approvals.some(
    ({ openedAt, decision, approvers }) =>
      openedAt !== undefined && decision === undefined && approvers.includes(userId),
  )

function workflowUrl({ siteId, id }: VmRequestView, { caller, temporalUi }: Beholder): string | undefined {
  if (temporalUi === undefined || !mayDo(caller, 'openTemporalUi', 'installation', undefined)) return undefined
  const workflow = encodeURIComponent(vmRequestWorkflowId(siteId, id))
  return `${temporalUi.url}/namespaces/${temporalUi.namespace}/workflows/${workflow}`
}

type Present<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> }

/** JSON has no undefined: such members are left out. */
const present = <T extends object>(members: T): Present<T> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Present<T>
