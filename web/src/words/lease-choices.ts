import type { VmRequest } from '@berth/contract/vm-request.ts'
import { later, secondsBetween, type Instant } from '@berth/domain/instant.ts'
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
  if (extensionsLeft(request) <= 0) return []
  const choices = leaseChoices(request.lease).map(({ seconds, words }) => ({
    words,
    ...extension(request, seconds, now),
  }))
  const worthIt = choices.filter(({ seconds, endsAt }) => gain(request, endsAt, now) >= leastGain(seconds))
  return worthIt.filter(({ endsAt }, index) => worthIt.findIndex((other) => other.endsAt === endsAt) === index)
}

export const extensionsLeft = ({ lease }: VmRequest): number => lease.freeExtensions - lease.extensionsUsed

/** Why there is nothing to choose. */
export function whyNotExtended(request: VmRequest, now: Instant): string {
  const { freeExtensions, maxGrantSeconds, maxTotalSeconds } = request.lease
  if (extensionsLeft(request) <= 0)
    return `All ${freeExtensions} free extensions are used; a further one needs an approval`
  return extension(request, maxTotalSeconds, now).cappedBy === 'perGrant'
    ? `The lease lasts as long as your policy allows at once, ${lengthWords(maxGrantSeconds)}; later it can be extended again`
    : `The lease lasts as long as your policy allows in total, ${lengthWords(maxTotalSeconds)}`
}

/** The end of the lease after this extension and the cap that bit; the server decides by the same rule. */
function extension(request: VmRequest, seconds: number, now: Instant) {
  const { handedOverAt = now, leaseEndsAt = now, lease } = request
  const grant = { number: lease.extensionsUsed + 1, grantedAt: handedOverAt, endsAt: leaseEndsAt }
  const { grant: next, cappedBy } = extendedGrant(grant, { ...defaultPolicy, ...lease }, handedOverAt, seconds, now)
  return { seconds, endsAt: next.endsAt, cappedBy }
}

/** A lease that is over gains from now on: an end that has passed is refused. */
const gain = ({ leaseEndsAt = '' }: VmRequest, endsAt: Instant, now: Instant): number =>
  secondsBetween(later(now, leaseEndsAt), endsAt)

/** Nobody spends an extension on less than a minute, or on a sliver of what they ask for. */
const leastGain = (seconds: number): number => Math.max(60, seconds / 10)

export const capWords: Record<NonNullable<LeaseCap>, string> = {
  perGrant: 'the most your policy allows at once',
  total: 'the most your policy allows in total',
}
