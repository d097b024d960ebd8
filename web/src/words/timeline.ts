import type { VmRequest } from '@berth/contract/vm-request.ts'
import { secondsBetween, type Instant } from '@berth/domain/instant.ts'
import type { StepName, StepState } from '@berth/domain/vm-request.ts'
import { stepWords } from './step-words.ts'

export interface TimelineEntry {
  key: string
  title: string
  state: StepState
  /** When it began. */
  at?: Instant
  endedAt?: Instant
  detail?: string
  /** 0–100 while it runs and says so. */
  progress?: number
  /** The step that the request is held at. */
  isHeld?: boolean
}

const building: readonly StepName[] = ['place', 'clone', 'powerOn', 'waitForIp']

/** What happened to a request and what is to come, in order: request, approvals, the build, hand-over, what came later. */
export function timeline(request: VmRequest): TimelineEntry[] {
  const first = request.steps.filter(({ name, round }) => round === 1 && building.includes(name))
  const rest = request.steps.filter((step) => !first.includes(step))
  return [
    { key: 'request', title: 'Requested', state: 'done', at: request.requestedAt, detail: `by ${request.ownerName}` },
    ...approvalEntries(request),
    ...first.map((step) => stepEntry(request, step)),
    ...(request.handedOverAt === undefined
      ? []
      : [{ key: 'handOver', title: 'Handed over', state: 'done' as const, at: request.handedOverAt }]),
    ...rest.map((step) => stepEntry(request, step)),
    ...endEntry(request),
  ]
}

function approvalEntries({ approvals, approvalReason, steps }: VmRequest): TimelineEntry[] {
  if (approvals.length === 0)
    return steps.length === 0
      ? []
      : [{ key: 'approval', title: 'No approval needed', state: 'done', detail: approvalReason }]
  return approvals.map((approval) => {
    const { id, subject, openedAt, decidedAt, decision, byName, reason, approverNames } = approval
    const about = subject === 'extension' ? ' of the extension' : ''
    return {
      key: id,
      title:
        decision === undefined ? `Approval${about}` : `${decision === 'approved' ? 'Approved' : 'Declined'}${about}`,
      state: decision === undefined ? (openedAt === undefined ? 'waiting' : 'running') : 'done',
      ...(openedAt === undefined ? {} : { at: openedAt }),
      ...(decidedAt === undefined ? {} : { endedAt: decidedAt }),
      detail:
        decision === undefined
          ? `by ${approverNames.join(' or ')}: ${approvalReason}`
          : `by ${byName ?? 'an approver'}${reason === undefined ? '' : `: ${reason}`}`,
    }
  })
}

type Step = VmRequest['steps'][number]

function stepEntry(request: VmRequest, step: Step): TimelineEntry {
  const isHeld = request.hold?.step === step.name && (step.state === 'failed' || step.state === 'running')
  const detail = detailOf(request, step)
  return {
    key: `${step.name}-${step.round}`,
    title: stepWords[step.name].name,
    state: isHeld ? 'failed' : step.state,
    ...(step.startedAt === undefined ? {} : { at: step.startedAt }),
    ...(step.endedAt === undefined ? {} : { endedAt: step.endedAt }),
    ...(detail === undefined ? {} : { detail }),
    ...(step.state === 'running' && step.progress !== undefined ? { progress: step.progress } : {}),
    ...(isHeld ? { isHeld } : {}),
  }
}

function detailOf({ placement, address }: VmRequest, { name, state }: Step): string | undefined {
  if (state === 'skipped') return 'skipped by an operator'
  if (state !== 'done') return undefined
  if (name === 'place' && placement !== undefined)
    return `on datastore ${placement.datastore}, network ${placement.network}`
  return name === 'waitForIp' ? address : undefined
}

function endEntry({ state, endedAt, endedBy, reasons }: VmRequest): TimelineEntry[] {
  const titles: Partial<Record<VmRequest['state'], string>> = {
    retired: 'Destroyed',
    rejected: 'Not possible',
    lapsed: 'Lapsed',
    cancelled: 'Cancelled',
    failed: 'Failed',
  }
  const title = titles[state]
  if (title === undefined) return []
  const detail = [endedBy === undefined ? '' : `by ${endedBy}`, reasons.join('; ')]
    .filter((text) => text !== '')
    .join(': ')
  return [
    {
      key: 'end',
      title,
      state: state === 'failed' ? 'failed' : 'done',
      ...(endedAt === undefined ? {} : { at: endedAt }),
      ...(detail === '' ? {} : { detail }),
    },
  ]
}

/** How long an entry took, or has taken so far. */
export function entrySeconds({ state, at, endedAt }: TimelineEntry, now: Instant): number | undefined {
  if (at === undefined) return undefined
  if (endedAt !== undefined) return secondsBetween(at, endedAt)
  return state === 'running' ? secondsBetween(at, now) : undefined
}
