import type { VmRequest } from '@berth/contract/vm-request.ts'
import { addSeconds, secondsBetween, type Instant } from '@berth/domain/instant.ts'
import { lengthWords, relativeWords } from '../time/words.ts'

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
  const end = request.releasedAt ?? leaseEndsAt
  const destruction = request.destroyedAt ?? addSeconds(end, lease.graceSeconds)
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

export interface LeaseLeft {
  words: string
  /** How much of the present grant is left, 0–100. */
  percent: number
  isShort: boolean
}

/** What is left of a lease, for a table; undefined where no lease runs. */
export function leaseLeft(request: VmRequest, now: Instant): LeaseLeft | undefined {
  const { handedOverAt, leaseEndsAt, state, destroyedAt, restorableUntil } = request
  const dies = state === 'released' ? (restorableUntil ?? destroyedAt) : destroyedAt
  if ((state === 'expired' || state === 'released') && dies !== undefined)
    return { words: `destroyed ${relativeWords(dies, now)}`, percent: 0, isShort: true }
  if (handedOverAt === undefined || leaseEndsAt === undefined || state !== 'active') return undefined
  const left = secondsBetween(now, leaseEndsAt)
  if (left <= 0) return { words: 'over', percent: 0, isShort: true }
  const whole = secondsBetween(handedOverAt, leaseEndsAt)
  return {
    words: `${lengthWords(left)} left`,
    percent: (100 * left) / whole,
    isShort: left < Math.min(86_400, whole / 5),
  }
}
