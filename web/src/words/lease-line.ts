import type { VmRequest } from '@berth/contract/vm-request.ts'
import { addSeconds, later, secondsBetween, type Instant } from '@berth/domain/instant.ts'
import { isFinal } from '@berth/domain/vm-request.ts'
import { relativeWords, roughly } from '../time/words.ts'
import { livedState } from './lived-state.ts'

export interface LeaseMark {
  kind: 'handOver' | 'warning' | 'end' | 'destruction'
  at: Instant
  /** 0–100 along the line. */
  position: number
  /** A warning that was sent. */
  isDone: boolean
}

export interface LeaseLine {
  marks: LeaseMark[]
  /** Where the present is, 0–100. */
  now: number
  /** Where the lease ends and the grace or undo time begins, 0–100. */
  end: number
}

/** The life of a lease on one line: hand-over, warnings, end, destruction. Undefined before hand-over. */
export function leaseLine(request: VmRequest, now: Instant): LeaseLine | undefined {
  const { handedOverAt, leaseEndsAt, lease, warnings } = request
  if (handedOverAt === undefined || leaseEndsAt === undefined) return undefined
  const releasedAt = releaseOf(request, now)
  const end = releasedAt ?? leaseEndsAt
  const kept = releasedAt === undefined ? lease.graceSeconds : lease.undoSeconds
  const isGoing = livedState(request) === 'retiring'
  const destruction = request.destroyedAt ?? (isGoing ? later(now, end) : addSeconds(end, kept))
  const length = secondsBetween(handedOverAt, destruction)
  const position = (at: Instant) => Math.min(100, Math.max(0, (100 * secondsBetween(handedOverAt, at)) / length))
  const mark = (kind: LeaseMark['kind'], at: Instant, isDone = at <= now): LeaseMark => ({
    kind,
    at,
    position: position(at),
    isDone,
  })
  return {
    now: position(now),
    end: position(end),
    marks: [
      mark('handOver', handedOverAt),
      ...warnings
        // What would warn of an end that now comes earlier is not sent any more.
        .filter(({ event, at, deliveredAt }) => (deliveredAt ?? at) <= (event === 'leaseEnding' ? end : destruction))
        .map(({ at, deliveredAt }) => mark('warning', deliveredAt ?? at, deliveredAt !== undefined)),
      mark('end', end),
      mark('destruction', destruction),
    ],
  }
}

/** What a mark says: a plan, a fact, or what should have been. */
export function markWords(kind: LeaseMark['kind'], at: Instant, request: VmRequest, now: Instant): string {
  switch (kind) {
    case 'handOver':
      return 'Handed over'
    case 'warning':
      return 'Warning'
    case 'end':
      if (releaseOf(request, now) !== undefined) return 'Given back'
      return at <= now ? 'Ended' : 'Ends'
    case 'destruction':
      if (isFinal(request.state)) return 'Destroyed'
      if (livedState(request) === 'retiring') return 'Being destroyed'
      return at <= now ? 'Destruction was due' : 'To be destroyed'
  }
}

/** When it was given back; just now, while that is under way. What is being restored goes on with its lease. */
function releaseOf({ intent, releasedAt }: VmRequest, now: Instant): Instant | undefined {
  if (intent === 'restore') return undefined
  return intent === 'release' ? (releasedAt ?? now) : releasedAt
}

export interface LeaseLeft {
  words: string
  /** What the words count to. */
  at: Instant
  /** How much of the present grant is left, 0–100. */
  percent: number
  isShort: boolean
}

/** What is left of a lease, or of the time until destruction, for a table; undefined where neither runs. */
export function leaseLeft(request: VmRequest, now: Instant): LeaseLeft | undefined {
  const { handedOverAt, leaseEndsAt, destroyedAt, intent } = request
  const state = livedState(request)
  const runs = state === 'active' || intent === 'restore' || intent === 'resume'
  if (intent === 'release' || handedOverAt === undefined || leaseEndsAt === undefined) return undefined
  if (!runs) return state === 'expired' || state === 'released' ? untilDestroyed(destroyedAt, now) : undefined
  const left = secondsBetween(now, leaseEndsAt)
  if (left <= 0) return { words: 'over', at: leaseEndsAt, percent: 0, isShort: true }
  const whole = secondsBetween(handedOverAt, leaseEndsAt)
  return {
    words: `${roughly(left)} left`,
    at: leaseEndsAt,
    percent: (100 * left) / whole,
    isShort: left < Math.min(86_400, whole / 5),
  }
}

function untilDestroyed(at: Instant | undefined, now: Instant): LeaseLeft | undefined {
  if (at === undefined) return undefined
  const words = `${at <= now ? 'destruction was due' : 'to be destroyed'} ${relativeWords(at, now)}`
  return { words, at, percent: 0, isShort: true }
}
