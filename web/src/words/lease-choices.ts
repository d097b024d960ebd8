import type { VmRequest } from '@berth/contract/vm-request.ts'
import { later, type Instant } from '@berth/domain/instant.ts'
import { extendedGrant, type LeaseCap } from '@berth/domain/lease.ts'
import { defaultPolicy } from '@berth/domain/policy.ts'
import { lengthWords } from '../time/words.ts'

const hour = 3_600
const day = 24 * hour
const usual = [hour, day, 7 * day, 14 * day]
/** Where a policy thinks in minutes, as the demo's does. */
const brief = [60, 300, 900, hour]

/** The quick choices that lie within the policy, shortest first. */
export function leaseChoices({
  minLeaseSeconds,
  maxGrantSeconds,
}: {
  minLeaseSeconds: number
  maxGrantSeconds: number
}) {
  const offered = maxGrantSeconds < day ? brief : usual
  const fitting = offered.filter((seconds) => seconds >= minLeaseSeconds && seconds <= maxGrantSeconds)
  const choices = fitting.length > 0 ? fitting : [maxGrantSeconds]
  return choices.map((seconds) => ({ seconds, words: lengthWords(seconds) }))
}

export interface ExtensionChoice {
  seconds: number
  words: string
  endsAt: Instant
  cappedBy: LeaseCap
}

/** What extending by each quick choice would come to now; choices that the policy cuts to the same end are one. */
export function extensionChoices(request: VmRequest, now: Instant): ExtensionChoice[] {
  const choices = leaseChoices(request.lease).map(({ seconds, words }) => ({
    words,
    ...extension(request, seconds, now),
  }))
  const prolonging = choices.filter(({ endsAt }) => endsAt > (request.leaseEndsAt ?? now))
  return prolonging.filter(({ endsAt }, index) => prolonging.findIndex((other) => other.endsAt === endsAt) === index)
}

/** The end of the lease after this extension and the cap that bit; the server decides by the same rule. */
export function extension(request: VmRequest, seconds: number, now: Instant) {
  const { handedOverAt = now, leaseEndsAt = now, lease } = request
  const grant = { number: lease.extensionsUsed + 1, grantedAt: handedOverAt, endsAt: leaseEndsAt }
  const { grant: next, cappedBy } = extendedGrant(grant, { ...defaultPolicy, ...lease }, handedOverAt, seconds, now)
  return { seconds, endsAt: later(next.endsAt, leaseEndsAt), cappedBy }
}

export const capWords: Record<NonNullable<LeaseCap>, string> = {
  perGrant: 'the most your policy allows at once',
  total: 'the most your policy allows in total',
}
