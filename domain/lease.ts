import { addSeconds, earlier, later, secondsBetween, type Instant } from './instant.ts'
import type { Policy } from './policy.ts'

/** The right to a VM until `endsAt`. Each extension is a new grant with the next number; the first one starts at hand-over. */
export interface LeaseGrant {
  number: number
  grantedAt: Instant
  endsAt: Instant
}

export type LeaseCap = 'perGrant' | 'total' | null

/** The grant that the owner gets at hand-over. */
export const firstGrant = (leaseSeconds: number, handedOverAt: Instant): LeaseGrant => ({
  number: 1,
  grantedAt: handedOverAt,
  endsAt: addSeconds(handedOverAt, leaseSeconds),
})

/**
 * Adds `leaseSeconds` to the end of the lease, or to now where it is over.
 * The new end lies at most `maxGrantSeconds` from now and `maxTotalSeconds` from hand-over; `cappedBy` names the cap that bit.
 * A lease is never shortened: a cap earlier than the present end leaves it as it is.
 */
export function extendedGrant(
  grant: LeaseGrant,
  policy: Policy,
  handedOverAt: Instant,
  leaseSeconds: number,
  now: Instant,
): { grant: LeaseGrant; cappedBy: LeaseCap } {
  // More than the total is capped anyway, and a wish of a million years would leave the range of instants.
  const wished = addSeconds(later(now, grant.endsAt), Math.min(leaseSeconds, policy.maxTotalSeconds + 1))
  const perGrant = addSeconds(now, policy.maxGrantSeconds)
  const total = addSeconds(handedOverAt, policy.maxTotalSeconds)
  const capped = earlier(wished, earlier(perGrant, total))
  const cappedBy = capped === wished ? null : capped === total ? 'total' : 'perGrant'
  return { grant: { number: grant.number + 1, grantedAt: now, endsAt: later(capped, grant.endsAt) }, cappedBy }
}

/** One warning that is due at `at`; `stage` is part of the notice's key. */
export interface WarningStage {
  event: 'leaseEnding' | 'destructionNear'
  grantNumber: number
  /** Seconds before the act that it warns of, as text. */
  stage: string
  at: Instant
}

/** The warnings of a grant, earliest first: the policy's stages after the grant, or one at half the time when none is left. */
export function leaseWarnings(grant: LeaseGrant, policy: Policy): WarningStage[] {
  const stages = noticeSeconds(grant, policy)
  return stages
    .map((seconds) => ({
      event: 'leaseEnding' as const,
      grantNumber: grant.number,
      stage: String(Math.round(seconds)),
      at: addSeconds(grant.endsAt, -seconds - (stages.length === 1 ? leadSeconds(seconds, lengthOf(grant)) : 0)),
    }))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
}

/** The one warning before destruction, at half the grace period. */
export function graceWarning({ number }: LeaseGrant, { graceSeconds }: Policy, expiredAt: Instant): WarningStage {
  const seconds = graceSeconds / 2
  return {
    event: 'destructionNear',
    grantNumber: number,
    stage: String(Math.round(seconds)),
    at: addSeconds(expiredAt, seconds - leadSeconds(seconds, graceSeconds)),
  }
}

/** An only warning is sent a little early: the time that its delivery takes would move the act that waits for it. */
const leadSeconds = (stageSeconds: number, ofSeconds: number): number =>
  Math.min(60, stageSeconds / 20, (ofSeconds - stageSeconds) / 2)

/** How long before the power-off a warning of this grant must have been delivered: the shortest stage, or half the grant if that is less. */
export const noticeNeededSeconds = (grant: LeaseGrant, policy: Policy): number =>
  Math.min(...noticeSeconds(grant, policy), lengthOf(grant) / 2)

/** When the act may happen: not before it is due, and not before the delivered warning is old enough. Late delivery moves the act. */
export const gateOpensAt = (dueAt: Instant, deliveredAt: Instant, neededSeconds: number): Instant =>
  later(dueAt, addSeconds(deliveredAt, neededSeconds))

/**
 * Until when a VM that was given back is kept. `toldAt` is when its owner was told, where somebody else gave it back: they
 * have half of the undo time from then on, as they have half of the grace.
 */
export function undoEndsAt(releasedAt: Instant, { undoSeconds }: Policy, toldAt?: Instant): Instant {
  const endsAt = addSeconds(releasedAt, undoSeconds)
  return toldAt === undefined ? endsAt : gateOpensAt(endsAt, toldAt, undoSeconds / 2)
}

/** Never negative: a grant that a cap left in the past is over, no more. */
const lengthOf = (grant: LeaseGrant): number => Math.max(0, secondsBetween(grant.grantedAt, grant.endsAt))

function noticeSeconds(grant: LeaseGrant, policy: Policy): number[] {
  const length = lengthOf(grant)
  const left = [...new Set(policy.warningSeconds)].filter((seconds) => seconds < length)
  return left.length > 0 ? left : [length / 2]
}
