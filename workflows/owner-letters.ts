import { ApplicationFailure } from '@temporalio/workflow'
import { extendedGrant } from '@berth/domain/lease.ts'
import type { Change } from '@berth/domain/transition.ts'
import { refusal, type Life, type Reaction } from './life.ts'
import type { CancelRequest, ExtendLease, LeaseExtended, ReleaseVm, RestoreVm } from './messages.ts'

/** What owners ask for. Each act also ends a hold: the request goes on from where it was held. */

const cancelled = (by: string, reason: string | undefined) => [
  `cancelled by ${by}${reason === undefined || reason === '' ? '' : `: ${reason}`}`,
]

/** Nothing was built: the end comes at once. */
export const cancelBeforeBuilding =
  (life: Life) =>
  async ({ by, reason }: CancelRequest): Promise<Reaction> => {
    await life.record({
      event: 'cancelled',
      by,
      reason,
      change: { state: 'cancelled', reasons: cancelled(by, reason), hold: null },
      notices: [{ event: 'requestCancelled', audience: 'owner', grantNumber: 0, stage: '0' }],
    })
    return { answer: { state: life.facts.state }, leave: true }
  }

/** What was built is undone first. */
export const cancelWhileBuilding =
  (life: Life) =>
  async ({ by, reason }: CancelRequest): Promise<Reaction> => {
    await life.record({
      event: 'cancelRequested',
      by,
      reason,
      change: { state: 'retiring', retireTo: 'cancelled', reasons: cancelled(by, reason), hold: null },
    })
    return { answer: { state: life.facts.state }, leave: true }
  }

export const extend =
  (life: Life) =>
  async ({ by, reason, leaseSeconds }: ExtendLease): Promise<Reaction> => {
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
    if (next.endsAt <= grant.endsAt)
      throw refusal(
        life.facts.state,
        'extendLease',
        `the lease already lasts as long as the policy allows (${cappedBy === 'total' ? 'in total' : 'per grant'})`,
      )
    await life.record({
      event: 'extended',
      by,
      reason,
      change: { ...outOfHold(life), grant: { ...next, seconds: leaseSeconds, cappedBy } },
      notices: [{ event: 'leaseExtended', audience: 'owner', grantNumber: next.number, stage: '0' }],
    })
    const answer: LeaseExtended = { state: life.facts.state, leaseEndsAt: next.endsAt, cappedBy }
    return { answer, leave: true }
  }

export const release =
  (life: Life) =>
  async ({ by, reason }: ReleaseVm): Promise<Reaction> => {
    if (life.facts.intent !== 'release')
      await life.record({ event: 'releaseRequested', by, reason, change: { ...outOfHold(life), intent: 'release' } })
    return { answer: { state: life.facts.state }, leave: true }
  }

export const restore =
  (life: Life) =>
  async ({ by, reason }: RestoreVm): Promise<Reaction> => {
    const { grant, intent, state, round } = life.facts
    if (grant === undefined || grant.endsAt <= life.now)
      throw refusal(state, 'restoreVm', 'the lease is over; the VM can no longer be restored')
    if (intent !== 'restore')
      await life.record({
        event: 'restoreRequested',
        by,
        reason,
        change: { ...outOfHold(life), intent: 'restore', round: round + 1 },
      })
    return { answer: { state: life.facts.state }, leave: true }
  }

/** Letters that a step under way only notes: it goes on, and what follows it sees the new facts. */
export const noted =
  <Body>(handle: (body: Body) => Promise<Reaction>) =>
  async (body: Body): Promise<Reaction> => ({ ...(await handle(body)), leave: false })

function outOfHold({ facts }: Life): Pick<Change, 'state' | 'hold'> {
  return facts.state === 'held' && facts.hold !== undefined ? { state: facts.hold.heldFrom, hold: null } : {}
}
