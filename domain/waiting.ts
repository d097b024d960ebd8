import type { Approval } from './approval.ts'
import type { OpenClone } from './clone-queue.ts'
import type { DeliveredWarning, Hold } from './facts.ts'
import { addSeconds, secondsBetween, type Instant } from './instant.ts'
import type { LeaseGrant } from './lease.ts'
import { isFinal, type FinalState, type HoldStep, type VmRequestState } from './vm-request.ts'
import { stepWait, type ActivitySight, type SiteSight, type Waiting } from './step-wait.ts'

/** What Temporal shows of a request's workflow. */
export interface WorkflowSight {
  status: 'running' | 'paused' | 'missing'
  /** Since when it is missing, if Temporal remembers it. */
  endedAt?: Instant
  /** Who paused it, and why, in the Temporal UI. */
  pause?: { since: Instant; by?: string; reason?: string }
  /** The next step of the workflow itself: no worker takes it, or each try of it fails. */
  task?: { since: Instant; attempt: number; taken: boolean }
  activity?: ActivitySight
}

/** What the record has of a request, as far as it tells why it waits. */
export interface WaitingRequest {
  id: string
  state: VmRequestState
  siteId: string
  requestedAt: Instant
  /** When the record changed last. */
  changedAt: Instant
  approvals: readonly (Pick<Approval, 'openedAt' | 'decision'> & { approverNames: readonly string[] })[]
  /** How often its approvers were reminded. */
  reminders: number
  approvalLapseSeconds: number
  /** The step under way. */
  step?: { name: HoldStep; since: Instant }
  hold?: Hold & { heldAt?: Instant }
  leaseEndsAt?: Instant
  expiredAt?: Instant
  releasedAt?: Instant
  /** When an expired VM has been kept as long as the policy says. */
  graceEndsAt?: Instant
  /** When Berth goes on by itself with what was handed over; a warning that was delivered late moves it. */
  dueAt?: Instant
  /** Asked for and under way: powering off or on. */
  intent?: 'release' | 'restore' | 'resume'
  handedOverAt?: Instant
  grant?: Pick<LeaseGrant, 'number'>
  warnings?: readonly Pick<DeliveredWarning, 'event' | 'grantNumber'>[]
  /** While it waits for its clone: all clones at its site that have not ended. */
  openClones?: readonly OpenClone[]
}

type OpenState = Exclude<VmRequestState, FinalState>
type Explain = (request: WaitingRequest, now: Instant) => Waiting

/** undefined once nothing is waited for: the request has ended. */
export function waitingOf(
  request: WaitingRequest,
  workflow: WorkflowSight,
  site: SiteSight,
  now: Instant,
): Waiting | undefined {
  const { state, step, siteId, openClones } = request
  if (isFinal(state)) return undefined
  const ofWorkflow = workflowWait(request, workflow, now)
  if (ofWorkflow !== undefined) return ofWorkflow
  if (state === 'retiring' && step === undefined && workflow.activity !== undefined)
    return {
      sentence: 'The clone that was under way is being ended',
      since: request.changedAt,
      until: 'vCenter has ended it, or finished it; then what it made is destroyed',
    }
  if (step !== undefined && state !== 'held' && step.name !== 'warn')
    return stepWait({ ...step, requestId: request.id, siteId, openClones }, workflow.activity, site)
  if (request.intent !== undefined && state !== 'held') return powered(request, request.intent)
  return byState[state](request, now)
}

/** What is said of every open request while nobody can ask what its workflow does. */
export const engineSilent = (since: Instant): Waiting => ({
  sentence: 'The workflow engine does not answer',
  since,
  until: 'It answers again; nothing is lost until then',
})

const triesBeforeWorry = 3
/** A worker takes the next step at once; after a restart it may take some seconds. */
const takenWithinSeconds = 15

function workflowWait(request: WaitingRequest, workflow: WorkflowSight, now: Instant): Waiting | undefined {
  const { status, pause, task } = workflow
  if (status === 'missing')
    return {
      sentence: 'No workflow runs for it',
      since: workflow.endedAt ?? request.changedAt,
      until: 'Berth starts it by itself within a few minutes',
    }
  if (status === 'paused')
    return {
      sentence: `Its workflow is paused in the Temporal UI${by(pause?.by)}${because(pause?.reason)}`,
      since: pause?.since ?? request.changedAt,
      // A pause that meets a workflow task leaves it half done: running by its name, and yet nothing is handed out.
      until: 'An operator unpauses it there; if it is called running there, pauses it and unpauses it once more',
    }
  if (task === undefined) return undefined
  if (task.attempt >= triesBeforeWorry)
    return {
      sentence: `Its workflow fails at its next step, ${task.attempt} times by now`,
      since: task.since,
      until: 'A corrected version of Berth’s workers is installed; nothing is lost',
    }
  if (!task.taken && secondsBetween(task.since, now) > takenWithinSeconds)
    return {
      sentence: 'No worker of Berth’s control plane takes its next step',
      since: task.since,
      until: 'The workers run again',
    }
  return undefined
}

const byState: Record<OpenState, Explain> = {
  validating: ({ requestedAt }) => ({
    sentence: 'The request is being checked',
    since: requestedAt,
    until: 'The check is done, mostly at once',
    asPlanned: true,
  }),
  awaitingApproval: (request) => awaitingApproval(request),
  provisioning: ({ siteId, changedAt }) => ({
    sentence: `It is about to be built at site ${siteId}`,
    since: changedAt,
    until: 'Its next step begins, mostly at once',
    asPlanned: true,
  }),
  active: (request, now) => {
    const { changedAt, handedOverAt, leaseEndsAt } = request
    if (leaseEndsAt !== undefined && leaseEndsAt <= now) return afterLease(request, now)
    return {
      sentence: 'The VM is its owner’s while the lease runs',
      since: handedOverAt ?? changedAt,
      until: 'The lease ends, unless it is extended or the VM is given back before',
      ...at(leaseEndsAt),
      asPlanned: true,
    }
  },
  expired: (request, now) => {
    const { changedAt, expiredAt, graceEndsAt, dueAt } = request
    if (graceEndsAt !== undefined && graceEndsAt <= now) return afterGrace(request, now)
    return {
      sentence: 'The lease is over; the VM is powered off and kept for now',
      since: expiredAt ?? changedAt,
      until: 'Its owner extends the lease; otherwise the VM is destroyed',
      asPlanned: true,
      ...at(dueAt ?? graceEndsAt),
    }
  },
  released: ({ changedAt, releasedAt, dueAt, step }) => {
    if (step?.name === 'warn')
      return {
        sentence: 'Somebody else gave the VM back, and its owner could not be told yet',
        since: step.since,
        until: 'Its owner is told, or an operator says how; then it is destroyed',
      }
    return {
      sentence: 'The VM was given back; it is powered off and kept for now',
      since: releasedAt ?? changedAt,
      until: 'Its owner restores it; otherwise it is destroyed',
      asPlanned: true,
      ...at(dueAt),
    }
  },
  retiring: ({ siteId, changedAt }) => ({
    sentence: `It is about to be destroyed at site ${siteId}`,
    since: changedAt,
    until: 'Its next step begins, mostly at once',
    asPlanned: true,
  }),
  held: ({ hold, changedAt }) => held(hold, changedAt),
}

const afterLease = (request: WaitingRequest, now: Instant): Waiting =>
  afterItsTime(request, now, {
    event: 'leaseEnding',
    endedAt: request.leaseEndsAt,
    over: 'Its lease is over',
    next: 'it is about to be powered off',
  })

const afterGrace = (request: WaitingRequest, now: Instant): Waiting =>
  afterItsTime(request, now, {
    event: 'destructionNear',
    endedAt: request.graceEndsAt,
    over: 'Its grace period is over',
    next: 'it is about to be destroyed',
  })

interface Act {
  /** What its owner must have been warned by. */
  event: DeliveredWarning['event']
  endedAt: Instant | undefined
  over: string
  next: string
}

/** The act is due, and waits for its warning, or for that to be old enough. */
function afterItsTime(request: WaitingRequest, now: Instant, { event, endedAt, over, next }: Act): Waiting {
  const { changedAt, grant, warnings = [], dueAt, step } = request
  const isWarned = warnings.some((warning) => warning.event === event && warning.grantNumber === grant?.number)
  const isOld = dueAt === undefined || dueAt <= now
  const since = step?.since ?? endedAt ?? changedAt
  if (isWarned && isOld)
    return { sentence: `${over}; ${next}`, since, until: 'Its next step begins, mostly at once', asPlanned: true }
  const sentence = `${over}, and its owner was not warned long enough ago`
  if (isWarned) return { sentence, since, until: 'The warning is old enough, or the lease is extended', ...at(dueAt) }
  return { sentence, since, until: 'A warning is delivered in time, or the lease is extended' }
}

const powered = ({ changedAt }: WaitingRequest, intent: NonNullable<WaitingRequest['intent']>): Waiting => ({
  sentence: intent === 'release' ? 'It is about to be powered off' : 'It is about to be powered on again',
  since: changedAt,
  until: 'Its next step begins, mostly at once',
  asPlanned: true,
})

function awaitingApproval({ approvals, reminders, requestedAt, approvalLapseSeconds }: WaitingRequest): Waiting {
  const open = approvals.find(({ openedAt, decision }) => openedAt !== undefined && decision === undefined)
  if (open?.openedAt === undefined)
    return { sentence: 'Its approvers are being asked', since: requestedAt, until: 'They have been asked' }
  const names = open.approverNames.length === 0 ? 'an approver' : open.approverNames.join(' or ')
  return {
    sentence: `Waiting for ${names}${remindedWords(reminders)}`,
    since: open.openedAt,
    until: 'One of them decides; otherwise the request lapses',
    untilAt: addSeconds(open.openedAt, approvalLapseSeconds),
  }
}

const remindedWords = (times: number): string => {
  if (times === 0) return ''
  return `, reminded ${times === 1 ? 'once' : times === 2 ? 'twice' : `${times} times`}`
}

function held(hold: WaitingRequest['hold'], changedAt: Instant): Waiting {
  if (hold === undefined) return { sentence: 'Held', since: changedAt, until: 'An operator decides' }
  const { step, attempt, message, heldAt, cleanUpAt, givenUp } = hold
  const since = heldAt ?? changedAt
  if (givenUp === true)
    return {
      sentence: `Given up; what was built is kept for diagnosis: ${message}`,
      since,
      until: 'An operator has it cleaned up; otherwise Berth does',
      ...at(cleanUpAt),
    }
  return {
    sentence: `Held at step “${step}”, attempt ${attempt}: ${message}`,
    since,
    until: cleanUpAt === undefined ? 'An operator decides' : 'An operator decides; otherwise it is given up',
    ...at(cleanUpAt),
  }
}

const at = (untilAt: Instant | undefined): Pick<Waiting, 'untilAt'> => (untilAt === undefined ? {} : { untilAt })
const by = (who: string | undefined): string => (who === undefined || who === '' ? '' : ` by ${who}`)
const because = (reason: string | undefined): string => (reason === undefined || reason === '' ? '' : `: ${reason}`)
