import { patched } from '@temporalio/workflow'
import { graceWarning, leaseWarnings, noticeNeededSeconds, undoEndsAt, type LeaseGrant } from '@berth/domain/lease.ts'
import type { NoticeOrder } from '@berth/domain/notice.ts'
import { addSeconds } from '@berth/domain/instant.ts'
import { addressWait, endOrder, grantedVm } from './build-vm.ts'
import type { Life } from './life.ts'
import { extend, noted, release, restore } from './owner-letters.ts'
import { interrupted, isBehind, performStep, wasTried } from './perform-step.ts'
import { mayAct, ownerTold, warnAtOnce, warnInTime } from './warnings.ts'

/** The VM is the owner's until the lease ends: warnings come in time, and without one nothing is powered off. */
export async function keepUntilLeaseEnds(life: Life): Promise<void> {
  const grant = currentGrant(life)
  if (life.facts.intent === 'release') return powerOff(life)

  if (life.now < grant.endsAt && mayBeOff(life)) return wakeUp(life)

  const stages = leaseWarnings(grant, life.request.policy)
  if (life.isTerse) await warnAtOnce(life, stages)
  const next = warnInTime(life, stages) ?? grant.endsAt
  if (life.now < grant.endsAt) {
    await life.waitUntil(next, { extendLease: extend(life), releaseVm: release(life) })
    return
  }
  const needed = noticeNeededSeconds(grant, life.request.policy)
  if (await mayAct(life, stages, grant.endsAt, needed, { extendLease: extend(life), releaseVm: release(life) }))
    await powerOff(life)
}

/** The lease is over and the VM is off; the owner can extend, and is warned before it is destroyed. */
export async function keepThroughGrace(life: Life): Promise<void> {
  const { expiredAt, intent } = life.facts
  const grant = currentGrant(life)
  if (intent === 'release') return powerOff(life)
  if (grant.endsAt > life.now) return wakeUp(life)
  // A wake-up was held until the lease was over again: the VM may be on.
  if (!isBehind(life, 'powerOff')) return powerOff(life)

  const { policy } = life.request
  if (expiredAt === undefined) throw new Error('expired without its time')
  const destroyAt = addSeconds(expiredAt, policy.graceSeconds)
  const stages = [graceWarning(grant, policy, expiredAt)]
  const handlers = { extendLease: extend(life), releaseVm: release(life) }
  if (life.isTerse) await warnAtOnce(life, stages)
  const next = warnInTime(life, stages) ?? destroyAt
  if (life.now < destroyAt) {
    await life.waitUntil(next, handlers)
    return
  }
  if (await mayAct(life, stages, destroyAt, policy.graceSeconds / 2, handlers))
    await life.moveOn({ event: 'graceEnded', change: { state: 'retiring', retireTo: 'retired' } })
}

/** Given back: by its owner that is its own warning, by an operator the owner must know. It can be restored for a while. */
export async function keepUntilUndoEnds(life: Life): Promise<void> {
  const { releasedAt, intent } = life.facts
  if (releasedAt === undefined) throw new Error('released without its time')
  if (intent === 'restore') return wakeUp(life)
  // A restore was given up: it may have powered the VM on.
  if (intent === 'release') return powerOff(life)
  const { policy } = life.request
  const handlers = { restoreVm: restore(life) }
  if ((await life.waitUntil(undoEndsAt(releasedAt, policy), handlers)) !== 'due') return
  const told = await ownerTold(life, releaseNotice(life), handlers)
  if (told === interrupted) return
  const endsAt = undoEndsAt(releasedAt, policy, told === 'needless' ? undefined : told)
  if (endsAt > life.now && patched('release-is-told-in-time') && (await life.waitUntil(endsAt, handlers)) !== 'due')
    return
  await life.moveOn({ event: 'undoEnded', change: { state: 'retiring', retireTo: 'retired' } })
}

/** Ends a lease: shut down, then recorded as expired, or as released where the owner asked for it. */
async function powerOff(life: Life): Promise<void> {
  if (isBehind(life, 'powerOff')) return settle(life)
  const order = { vm: endOrder(life), guestShutdownSeconds: life.request.policy.guestShutdownSeconds }
  const handlers = { extendLease: noted(extend(life)), releaseVm: noted(release(life)) }
  const off = await performStep(life, 'powerOff', () => life.site.powerOffVm(order), handlers)
  if (off === interrupted) return
  await settle(life, off.attempt)
  if (off.result?.found === false) await endWithoutUndo(life)
}

/** There is nothing that could be restored. */
async function endWithoutUndo(life: Life): Promise<void> {
  if (life.facts.state !== 'released') return
  const told = await ownerTold(life, releaseNotice(life), { restoreVm: restore(life) })
  if (told !== interrupted && life.facts.state === 'released')
    await life.record({
      event: 'undoEnded',
      reason: 'the VM is no longer in vCenter',
      change: { state: 'retiring', retireTo: 'retired' },
    })
}

async function settle(life: Life, attempt?: number): Promise<void> {
  const released = life.facts.intent === 'release'
  const grantNumber = currentGrant(life).number
  const at = life.now
  await life.record({
    event: released ? 'released' : 'expired',
    change: {
      ...(attempt !== undefined && { step: { name: 'powerOff', state: 'done', attempt } }),
      ...(released
        ? { state: 'released', releasedAt: life.facts.releasedAt ?? at, expiredAt: null, intent: null }
        : { state: 'expired', expiredAt: at }),
      address: null,
    },
    notices: [
      released
        ? releaseNotice(life)
        : { event: 'vmExpired', audience: 'owner', grantNumber, stage: String(life.facts.round) },
    ],
  })
}

/** A power-off was under way when the lease was extended, or powering on again was held before it was done. */
const mayBeOff = (life: Life): boolean =>
  wasTried(life, 'powerOff') || !isBehind(life, 'powerOn') || !isBehind(life, 'waitForIp')

/** Out of grace, or back from a release: power on and wait for the address in a round of its own, then it is active again. */
async function wakeUp(life: Life): Promise<void> {
  const { state, round } = life.facts
  if (wasTried(life, 'powerOff')) await life.record({ event: 'wakingUp', change: { round: round + 1 } })
  const handlers =
    state === 'released'
      ? { restoreVm: noted(restore(life)) }
      : { extendLease: noted(extend(life)), releaseVm: release(life) }

  if (!isBehind(life, 'powerOn')) {
    const on = await performStep(life, 'powerOn', () => life.site.powerOnVm(grantedVm(life)), handlers)
    if (on === interrupted) return
    life.finish({ event: 'poweredOn', change: { finished: { name: 'powerOn', attempt: on.attempt } } })
  }
  let address: string | undefined
  let attempt: number | undefined
  if (!isBehind(life, 'waitForIp')) {
    const reported = await performStep(life, 'waitForIp', () => life.site.waitForIp(addressWait(life)), handlers)
    if (reported === interrupted) return
    address = reported.result
    attempt = reported.attempt
  }
  await life.record({
    event: state === 'released' ? 'restored' : 'resumed',
    change: {
      state: 'active',
      ...(attempt !== undefined && { step: { name: 'waitForIp', state: 'done', attempt } }),
      ...(address !== undefined && { address }),
      expiredAt: null,
      releasedAt: null,
      intent: null,
    },
    notices: [
      {
        event: 'vmRestored',
        audience: 'owner',
        grantNumber: currentGrant(life).number,
        stage: String(life.facts.round),
      },
    ],
  })
}

export const releaseNotice = (life: Life): NoticeOrder => ({
  event: 'vmReleased',
  audience: 'owner',
  grantNumber: currentGrant(life).number,
  stage: String(life.facts.round),
})

function currentGrant({ facts }: Life): LeaseGrant {
  if (facts.grant === undefined) throw new Error(`${facts.state} without a lease`)
  return facts.grant
}
