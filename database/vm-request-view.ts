import type { Approval, ApprovalNeed } from '@berth/domain/approval.ts'
import type { CatalogItem } from '@berth/domain/configuration.ts'
import type { DeliveredWarning, Hold } from '@berth/domain/facts.ts'
import type { Instant } from '@berth/domain/instant.ts'
import type { LeaseGrant } from '@berth/domain/lease.ts'
import type { Placement, PlacementRules } from '@berth/domain/placement.ts'
import type { Policy } from '@berth/domain/policy.ts'
import type { ProvisioningRequest } from '@berth/domain/provisioning-request.ts'
import type { Size } from '@berth/domain/size.ts'
import {
  stepNames,
  type FinalState,
  type StepName,
  type StepState,
  type VmRequestState,
} from '@berth/domain/vm-request.ts'
import type { FindingOnRequest } from './findings.ts'
import type { Prisma } from './generated/client.ts'
import { reasonsWithoutNames } from './reasons-without-names.ts'
import { sshAccess, type SshAccess } from './ssh-access.ts'
import type { WaitingFor } from './waiting-for.ts'
import { withoutNulls } from './without-nulls.ts'

/** A VM request with all that people are shown of it; what the viewer may do is the API's to add. */
export interface VmRequestView {
  id: string
  version: number
  state: VmRequestState
  vmName: string
  siteId: string
  catalogItemId: string
  catalogItemVersion: number
  catalogItemName: string
  size: Size
  ownerId: string
  ownerName: string
  requesterId: string
  teamId: string
  purpose: string
  sshPublicKeys: string[]
  leaseSeconds: number
  policy: Policy
  approval: ApprovalNeed
  rules: PlacementRules
  requestedAt: Instant
  handedOverAt?: Instant
  grant?: LeaseGrant
  leaseEndsAt?: Instant
  extensions: number
  warnings: DeliveredWarning[]
  expiredAt?: Instant
  releasedAt?: Instant
  /** When its owner was told, where somebody else gave it back. */
  releaseToldAt?: Instant
  /** The owner asked for it and it is under way. */
  intent?: 'release' | 'restore'
  retireTo?: FinalState
  closedAt?: Instant
  /** The person who ended it, if a person did. */
  endedBy?: string
  address?: string
  ssh?: SshAccess
  placement?: Placement
  steps: StepView[]
  hold?: Hold & { heldAt?: Instant }
  approvals: ApprovalView[]
  waitingFor?: WaitingFor
  /** What reconciling sees about its VM. */
  findings: FindingOnRequest[]
  reasons: string[]
}

export interface StepView {
  name: StepName
  round: number
  state: StepState
  attempt: number
  startedAt?: Instant
  endedAt?: Instant
}

export type ApprovalView = Approval & { approverNames: string[]; byName?: string }

export const viewed = {
  owner: { select: { displayName: true } },
  catalogItem: { select: { spec: true } },
  steps: { where: { name: { in: [...stepNames] } }, orderBy: { id: 'asc' } },
  approvals: { orderBy: [{ level: 'asc' }, { openedAt: 'asc' }, { id: 'asc' }] },
  notices: {
    where: { state: 'delivered', event: { in: ['leaseEnding', 'destructionNear', 'vmReleased'] } },
    select: { event: true, grantNumber: true, stage: true, deliveredAt: true },
    orderBy: { deliveredAt: 'asc' },
  },
} as const satisfies Prisma.VmRequestInclude

export type ViewedRow = Prisma.VmRequestGetPayload<{ include: typeof viewed }>

/** Ids of everybody whose name the view shows beside the owner's. */
export const namedIn = (row: ViewedRow): string[] =>
  row.approvals.flatMap(({ approvers, decidedBy }) => [...approvers, ...(decidedBy === null ? [] : [decidedBy])])

/** `endedBy` is the id of the person who ended it. */
export function viewOf(row: ViewedRow, names: ReadonlyMap<string, string>, endedBy?: string): VmRequestView {
  const { specification, policy, approval, rules } = row.provisioningRequest as unknown as ProvisioningRequest
  return {
    id: row.id,
    version: row.version,
    state: row.state as VmRequestState,
    vmName: row.vmName,
    siteId: row.siteId,
    catalogItemId: row.catalogItemId,
    catalogItemVersion: row.catalogItemVersion,
    catalogItemName: (row.catalogItem.spec as unknown as CatalogItem).name,
    size: specification.size,
    ownerId: row.ownerId,
    ownerName: row.owner.displayName,
    requesterId: row.requesterId,
    teamId: row.teamId,
    purpose: row.purpose,
    sshPublicKeys: specification.sshPublicKeys,
    leaseSeconds: row.leaseSeconds,
    policy,
    approval,
    rules,
    extensions: Math.max(0, row.grantNumber - 1),
    warnings: warningsOf(row),
    steps: row.steps.map(stepView),
    approvals: row.approvals.map((each) => approvalView(each, names)),
    reasons: reasonsWithoutNames(row.reasons, [
      row.ownerId,
      row.requesterId,
      ...(endedBy === undefined ? [] : [endedBy]),
    ]),
    findings: row.findings as unknown as FindingOnRequest[],
    requestedAt: row.requestedAt.toISOString(),
    ...momentsOf(row),
    ...releaseTold(row, endedBy),
    ...withoutNulls({
      address: row.address,
      hold: row.hold as (Hold & { heldAt?: Instant }) | null,
      placement: placementOf(row),
      waitingFor: row.waitingFor as WaitingFor | null,
      intent: row.intent as 'release' | 'restore' | null,
      retireTo: row.retireTo as FinalState | null,
      ssh: sshOf(row),
      endedBy: endedBy === undefined ? null : (names.get(endedBy) ?? endedBy),
    }),
  }
}

function momentsOf(row: ViewedRow) {
  const { grantNumber: number, grantedAt, leaseEndsAt } = row
  return withoutNulls({
    handedOverAt: iso(row.handedOverAt),
    leaseEndsAt: iso(leaseEndsAt),
    expiredAt: iso(row.expiredAt),
    releasedAt: iso(row.releasedAt),
    closedAt: iso(row.closedAt),
    grant:
      grantedAt === null || leaseEndsAt === null
        ? null
        : { number, grantedAt: grantedAt.toISOString(), endsAt: leaseEndsAt.toISOString() },
  })
}

function releaseTold({ notices, ...row }: ViewedRow, endedBy?: string): Pick<VmRequestView, 'releaseToldAt'> {
  if (row.releasedAt === null || endedBy === row.ownerId) return {}
  const told = notices.find(
    ({ event, grantNumber, stage }) =>
      event === 'vmReleased' && grantNumber === row.grantNumber && stage === String(row.round),
  )
  return told?.deliveredAt ? { releaseToldAt: told.deliveredAt.toISOString() } : {}
}

/** The first delivery of each warning, whoever was reached. */
function warningsOf({ notices }: ViewedRow): DeliveredWarning[] {
  const first = new Map<string, DeliveredWarning>()
  for (const { event, grantNumber, stage, deliveredAt } of notices) {
    const key = `${event} ${grantNumber} ${stage}`
    if (event !== 'vmReleased' && deliveredAt !== null && !first.has(key))
      first.set(key, {
        event: event as DeliveredWarning['event'],
        grantNumber,
        stage,
        deliveredAt: deliveredAt.toISOString(),
      })
  }
  return [...first.values()]
}

/** Not while another place is sought. */
function placementOf({ placement }: ViewedRow): Placement | null {
  const chosen = placement as Placement | null
  return chosen?.replaced === true ? null : chosen
}

const stepView = ({ name, round, state, attempt, startedAt, endedAt }: ViewedRow['steps'][number]): StepView => ({
  name: name as StepName,
  round,
  state: state as StepState,
  attempt,
  ...withoutNulls({ startedAt: iso(startedAt), endedAt: iso(endedAt) }),
})

export function approvalView(row: ViewedRow['approvals'][number], names: ReadonlyMap<string, string>): ApprovalView {
  const nameOf = (userId: string): string => names.get(userId) ?? userId
  return {
    id: row.id,
    subject: row.subject as Approval['subject'],
    specHash: row.specHash,
    level: row.level,
    approvers: row.approvers,
    approverNames: row.approvers.map(nameOf),
    ...withoutNulls({
      openedAt: iso(row.openedAt),
      decision: row.decision as Approval['decision'] | null,
      by: row.decidedBy,
      byName: row.decidedBy === null ? null : nameOf(row.decidedBy),
      reason: row.reason,
      decidedAt: iso(row.decidedAt),
    }),
  }
}

function sshOf(row: ViewedRow): SshAccess | null {
  const { address, sshUser, sshPort } = row
  const heldFrom = (row.hold as Hold | null)?.heldFrom
  return sshAccess({ state: row.state as VmRequestState, heldFrom, address, sshUser, sshPort }) ?? null
}

const iso = (date: Date | null): Instant | null => date?.toISOString() ?? null
