import { clonesBefore, type OpenClone } from './clone-queue.ts'
import { failureSentence, isFailureCode } from './failures.ts'
import type { Instant } from './instant.ts'
import type { HoldStep } from './vm-request.ts'

/** Why something waits: one true sentence, since when, and what would end it. */
export interface Waiting {
  sentence: string
  since: Instant
  /** What would end it. */
  until: string
  /** When Berth goes on by itself, if nobody does anything before. */
  untilAt?: Instant
  /** All goes as it should: nobody need look after it. */
  asPlanned?: true
}

/** A step at a site, as Temporal shows its activity. */
export interface ActivitySight {
  attempt: number
  /** Whether an agent has it now. */
  started: boolean
  /** Its last try failed a moment ago, and the next one is not due yet. */
  backsOff?: boolean
  paused?: boolean
  /** An agent has it, and waits until its datastore bears another clone. */
  queuedFor?: QueuedFor
  lastFailure?: { code?: string; message: string }
}

/** What an agent tells of a clone that it has taken and not begun. */
export interface QueuedFor {
  datastore: string
  /** Clones that the datastore bears at a time. */
  limit: number
  /** Those that the agent has taken before and not begun. */
  before: number
}

/** What Temporal shows of a site. */
export interface SiteSight {
  agents: readonly { alive: boolean; lastContactAt: Instant | null }[]
  /** New clones are not begun while a site is in maintenance. */
  maintenance?: { since: Instant; by?: string; reason: string }
  clones: { queued: number; used: number; free: number }
}

interface Step {
  name: HoldStep
  since: Instant
  siteId: string
  /** All clones at the site that have not ended, if they are known. */
  openClones?: readonly OpenClone[] | undefined
  requestId?: string | undefined
}

const deeds: Record<HoldStep, string> = {
  validate: 'The check',
  approve: 'The approval',
  place: 'Choosing a place',
  clone: 'The clone',
  powerOn: 'Powering on',
  waitForIp: 'Finding the address',
  notify: 'Telling the owner',
  warn: 'Warning the owner',
  powerOff: 'Powering off',
  destroy: 'Destroying the VM',
}

/** The activity that does each step at a site: among the pending ones of a workflow, the one to look at. */
export const activityOfStep: Partial<Record<HoldStep, string>> = {
  place: 'findPlacements',
  clone: 'cloneVm',
  powerOn: 'powerOnVm',
  waitForIp: 'waitForIp',
  powerOff: 'powerOffVm',
  destroy: 'destroyVm',
}

/** Why a step at a site is not done yet: maintenance, the agents, vCenter, the queue, or just the work itself. */
export function stepWait(step: Step, activity: ActivitySight | undefined, site: SiteSight): Waiting {
  const { name, siteId } = step
  if (activity?.paused)
    return {
      sentence: `${deeds[name]} is paused in the Temporal UI`,
      since: step.since,
      until: 'An operator unpauses it there',
    }
  if (name === 'clone' && site.maintenance !== undefined && activity?.started !== true)
    return maintenanceWait(siteId, site.maintenance)
  return (
    agentsWait(siteId, site, step.since) ??
    backOffWait(step, activity) ??
    datastoreWait(step, activity) ??
    (activity?.started === false ? slotWait(step, site.clones) : undefined) ??
    nextTryWait(step, activity) ?? {
      sentence: `${deeds[name]} is under way`,
      since: step.since,
      until: 'It is done',
      asPlanned: true,
    }
  )
}

/** What would keep a new request at this site waiting; undefined while nothing does. */
export const siteWait = (siteId: string, site: SiteSight, now: Instant): Waiting | undefined =>
  site.maintenance === undefined ? agentsWait(siteId, site, now) : maintenanceWait(siteId, site.maintenance)

function maintenanceWait(siteId: string, { since, by, reason }: NonNullable<SiteSight['maintenance']>): Waiting {
  return {
    sentence: `Site ${siteId} is in maintenance${by === undefined ? '' : ` by ${by}`}: ${reason}`,
    since,
    until: 'An operator ends the maintenance; nothing is lost until then',
  }
}

function agentsWait(siteId: string, { agents }: SiteSight, since: Instant): Waiting | undefined {
  if (agents.some(({ alive }) => alive)) return undefined
  const lastContactAt = agents
    .flatMap((agent) => agent.lastContactAt ?? [])
    .toSorted()
    .at(-1)
  if (lastContactAt === undefined)
    return { sentence: `No agent of site ${siteId} is connected`, since, until: 'One connects' }
  return { sentence: `The agent of site ${siteId} is silent`, since: lastContactAt, until: 'It is heard of again' }
}

function backOffWait({ name, since }: Step, activity: ActivitySight | undefined): Waiting | undefined {
  if (activity?.backsOff !== true || activity.lastFailure === undefined) return undefined
  return {
    sentence: `${deeds[name]} is tried again, attempt ${activity.attempt}: ${causeOf(activity.lastFailure)}`,
    since,
    until: triesEnd,
  }
}

/** It may go well this time: what the last try failed for is not why it waits now. */
function nextTryWait({ name, since }: Step, activity: ActivitySight | undefined): Waiting | undefined {
  if (activity?.lastFailure === undefined) return undefined
  const { attempt, lastFailure } = activity
  return {
    sentence: `${deeds[name]} is under way, attempt ${attempt}; the last one failed: ${causeOf(lastFailure)}`,
    since,
    until: triesEnd,
  }
}

const triesEnd = 'A try succeeds; after some hours of them an operator is asked'

const causeOf = ({ code, message }: { code?: string; message: string }): string =>
  isFailureCode(code) && !message.startsWith(failureSentence(code)) ? failureSentence(code, message) : message

function datastoreWait({ since }: Step, activity: ActivitySight | undefined): Waiting | undefined {
  if (activity?.started !== true || activity.queuedFor === undefined) return undefined
  const { datastore, limit, before } = activity.queuedFor
  return {
    sentence: `The clone waits for datastore ${datastore}, which bears ${limit} at a time${others(before)}`,
    since,
    until: 'A clone there ends',
  }
}

function slotWait(step: Step, { queued, used, free }: SiteSight['clones']): Waiting {
  const { name, siteId, since, openClones, requestId = '' } = step
  if (name !== 'clone')
    return { sentence: `${deeds[name]} waits for an agent of site ${siteId}`, since, until: 'An agent takes it' }
  const before = openClones && clonesBefore(openClones, requestId, used)
  const place = before !== undefined ? others(before) : queued > 1 ? `, ${queued} wait for one` : ''
  return {
    sentence: `The clone waits for ${slotsOf(used + free, siteId)}${place}`,
    since,
    until: 'A clone before it ends',
  }
}

/** Who has a slot of those that wait is not known exactly, so it is about as many. */
const others = (before: number): string =>
  before === 0 ? ', and should be the next' : `, and about ${before} ${before === 1 ? 'comes' : 'come'} before it`

const slotsOf = (slots: number, siteId: string): string =>
  slots === 1 ? `the one slot of site ${siteId}` : `one of the ${slots} slots of site ${siteId}`
