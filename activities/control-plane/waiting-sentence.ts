import { failureSentence, isFailureCode } from '@berth/domain/failures.ts'
import { secondsBetween, type Instant } from '@berth/domain/instant.ts'
import type { StepName } from '@berth/domain/vm-request.ts'

export interface WaitingStep {
  requestId: string
  siteId: string
  step: StepName
  since: Instant
}

export interface AgentContact {
  lastContactAt: Instant | null
  backlog: number
}

export interface PendingStep {
  attempt: number
  started: boolean
  lastFailure?: { code?: string; message: string }
}

/** An idle agent polls every few seconds, and worker heartbeats come every 5 s. */
const silentAfterSeconds = 30

/** Why a step at a site takes long: the agent, vCenter, the queue, or just the work itself. */
export function waitingSentence(
  waiting: WaitingStep,
  agents: AgentContact,
  pending: PendingStep | null,
  now: Instant,
): string {
  const { siteId, step, since } = waiting
  if (agents.lastContactAt === null) return `No agent of site ${siteId} is connected; ${step} goes on when one is`
  if (secondsBetween(agents.lastContactAt, now) > silentAfterSeconds)
    return `The agent of site ${siteId} has been silent since ${agents.lastContactAt}; ${step} goes on when it is back`
  if (pending?.lastFailure !== undefined) {
    const { code, message } = pending.lastFailure
    const cause =
      isFailureCode(code) && !message.startsWith(failureSentence(code)) ? failureSentence(code, message) : message
    return `${step} is tried again, attempt ${pending.attempt}: ${cause}`
  }
  if (pending !== null && !pending.started)
    return `${step} waits for a free slot at site ${siteId}${agents.backlog > 1 ? `, ${agents.backlog} are queued` : ''}`
  return `${step} has been running since ${since}`
}
