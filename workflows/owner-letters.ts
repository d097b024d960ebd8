import { ApplicationFailure } from '@temporalio/workflow'
import { later } from '@berth/domain/instant.ts'
import { extendedGrant } from '@berth/domain/lease.ts'
import type { Change } from '@berth/domain/transition.ts'
import { refusal, type Life, type Reaction } from './life.ts'
import type { CancelRequest, ExtendLease, LeaseExtended, ReleaseVm, RestoreVm } from './messages.ts'

/** What owners ask for. Each act also ends a hold: the request goes on from where it was held. */

/** Who it was stands in the audit: an id says nothing to people. */
const cancelled = (reason: string | undefined): string[] => (reason === undefined || reason === '' ? [] : [reason])

/** Nothing was built: the end comes at once. */
export const cancelBeforeBuilding =
  (life: Life) =>
  async ({ id, by, reason }: CancelRequest): Promise<Reaction> => {
    await life.record({
      message: { id, answer: { state: 'cancelled' } },
      event: 'cancelled',
      by,
      reason,
      change: { state: 'cancelled', reasons: cancelled(reason), hold: null },
      notices: [{ event: 'requestCancelled', audience: 'owner', grantNumber: 0, stage: '0' }],
    })
    return { answer: { state: life.facts.state }, leave: true }
  }

/** What was built is undone first. */
export const cancelWhileBuilding =
  (life: Life) =>
  async ({ id, by, reason }: CancelRequest): Promise<Reaction> => {
    await life.record({
      message: { id, answer: { state: 'retiring' } },
      event: 'cancelRequested',
      by,
      reason,
      change: { state: 'retiring', retireTo: 'cancelled', reasons: cancelled(reason), hold: null },
    })
    return { answer: { state: life.facts.state }, leave: true }
  }

export const extend =
  (life: Life) =>
  async ({ id, by, reason, leaseSeconds }: ExtendLease): Promise<Reaction> => {
    const { grant, handedOverAt, extensions, intent } = life.facts
    if (grant === undefined || handedOverAt === undefined) throw new Error('extend without a lease')
    if (intent === 'release')
      throw refusal(life.facts.state, 'extendLease', 'the VM is being given back; restore it once it is released')
    if (extensions >= life.request.policy.freeExtensions)
      throw ApplicationFailure.nonRetryable(
        `all ${extensions} free extensions are used; a further one needs an approval`,
        'extensionNeedsApproval',
      )
    const { grant: next, cappedBy } = extendedGrant(grant, life.request.policy, handedOverAt, leaseSeconds, life.now)
    if (next.endsAt <= later(life.now, grant.endsAt))
      throw refusal(
        life.facts.state,
        'extendLease',
        `the lease already lasts as long as the policy allows (${cappedBy === 'total' ? 'in total' : 'per grant'})`,
      )
    const change = outOfHold(life)
    const answer: LeaseExtended = { state: change.state ?? life.facts.state, leaseEndsAt: next.endsAt, cappedBy }
    await life.record({
      event: 'extended',
      by,
      reason,
      message: { id, answer },
      change: { ...change, grant: { ...next, seconds: leaseSeconds, cappedBy } },
      notices: [{ event: 'leaseExtended', audience: 'owner', grantNumber: next.number, stage: '0' }],
    })
    return { answer, leave: true }
  }

export const release =
  (life: Life) =>
  async ({ id, by, reason }: ReleaseVm): Promise<Reaction> => {
    const change = outOfHold(life)
    const answer = { state: change.state ?? life.facts.state }
    if (life.facts.intent !== 'release' || life.facts.state === 'held')
      await life.record({
        event: 'releaseRequested',
        by,
        reason,
        message: { id, answer },
        change: { ...change, intent: 'release' },
      })
    life.learn({ releasedBy: by })
    return { answer, leave: true }
  }

export const restore =
  (life: Life) =>
  async ({ id, by, reason }: RestoreVm): Promise<Reaction> => {
    const { grant, intent, state, round } = life.facts
    if (grant === undefined || grant.endsAt <= life.now)
      throw refusal(state, 'restoreVm', 'the lease is over; the VM can no longer be restored')
    const change = outOfHold(life)
    const answer = { state: change.state ?? state }
    if (intent !== 'restore' || state === 'held')
      await life.record({
        event: 'restoreRequested',
        by,
        reason,
        message: { id, answer },
        change: { ...change, intent: 'restore', ...(intent !== 'restore' && { round: round + 1 }) },
      })
    return { answer, leave: true }
  }

/** Letters that a step under way only notes: it goes on, and what follows it sees the new facts. */
export const noted =
  <Body>(handle: (body: Body) => Promise<Reaction>) =>
  async (body: Body): Promise<Reaction> => ({ ...(await handle(body)), leave: false })

function outOfHold({ facts }: Life): Pick<Change, 'state' | 'hold'> {
  return facts.state === 'held' && facts.hold !== undefined ? { state: facts.hold.heldFrom, hold: null } : {}
}
