import { ApplicationFailure } from '@temporalio/workflow'
import type { Hold } from '@berth/domain/facts.ts'
import { failureSentence } from '@berth/domain/failures.ts'
import { leaseWarnings } from '@berth/domain/lease.ts'
import { berthItself, type Change } from '@berth/domain/transition.ts'
import { allows, type VmRequestAction } from '@berth/domain/vm-request.ts'
import { left, refusal, type Handlers, type Life, type Reaction } from './life.ts'
import type { OperatorDecision } from './messages.ts'
import { cancelBeforeBuilding, cancelWhileBuilding, extend, release, restore } from './owner-letters.ts'

/** A held request waits for a person: an operator, or its owner with what the state it was held from allows. */
export async function awaitOperator(life: Life): Promise<void> {
  const { hold } = life.facts
  if (hold === undefined) throw new Error('held without a hold')
  const handlers: Handlers = { operatorDecision: decide(life, hold), ...ownerHandlers(life, hold) }
  if (hold.cleanUpAt === undefined) {
    await life.attend(new Promise<never>(() => undefined), handlers)
    return
  }
  if ((await life.waitUntil(hold.cleanUpAt, handlers)) === left) return
  await life.record({
    event: 'cleanedUp',
    reason: 'nobody decided in time',
    change: { state: 'retiring', retireTo: 'failed', reasons: [failureSentence(hold.code), 'nobody decided in time'] },
  })
}

function ownerHandlers(life: Life, { heldFrom }: Hold): Handlers {
  const built = heldFrom === 'provisioning'
  const all: Handlers = {
    extendLease: extend(life),
    releaseVm: release(life),
    restoreVm: restore(life),
    cancelRequest: built ? cancelWhileBuilding(life) : cancelBeforeBuilding(life),
  }
  return Object.fromEntries(Object.entries(all).filter(([action]) => allows(heldFrom, action as VmRequestAction)))
}

const decide =
  (life: Life, hold: Hold) =>
  async ({ id, by, reason, step, attempt, action }: OperatorDecision): Promise<Reaction> => {
    if (step !== hold.step || attempt !== hold.attempt)
      throw ApplicationFailure.nonRetryable(
        `held at ${hold.step}, attempt ${hold.attempt}, not at ${step}, attempt ${attempt}`,
        'staleDecision',
      )
    if (!hold.actions.includes(action))
      throw refusal(
        'held',
        'operatorDecision',
        `${action} is not possible here; it can be ${hold.actions.join(' or ')}`,
      )
    if (action === 'skip' && step === 'warn' && !reason)
      throw ApplicationFailure.nonRetryable('say in reason how the owner was warned', 'badMessage')
    const change = changeFor(life, hold, action, by)
    await life.record({
      event: `operator${capitalized(action)}`,
      by,
      reason,
      message: { id, answer: { state: change.state ?? 'held' } },
      change,
      notices:
        change.state === 'failed' ? [{ event: 'requestFailed', audience: 'owner', grantNumber: 0, stage: '0' }] : [],
    })
    return { answer: { state: life.facts.state }, leave: true }
  }

function changeFor(life: Life, hold: Hold, action: OperatorDecision['action'], by: string): Change {
  const { heldFrom, step, attempt } = hold
  if (action === 'retry') return { state: heldFrom, hold: null, step: { name: step, state: 'waiting', attempt } }
  if (action === 'skip')
    return { state: heldFrom, hold: null, step: { name: step, state: 'skipped', attempt }, ...toldInPerson(life, step) }
  const reasons = [hold.message, `given up by ${by === berthItself ? 'an operator' : by}`]
  return heldFrom === 'provisioning' ? { state: 'retiring', retireTo: 'failed', reasons } : { state: 'failed', reasons }
}

/** Skipping a warning says that the operator told the owner by other means: that counts as delivered, now. */
function toldInPerson(life: Life, step: Hold['step']): Pick<Change, 'warning'> {
  const { grant } = life.facts
  if (step !== 'warn' || grant === undefined || life.facts.hold === undefined) return {}
  const event = life.facts.hold.heldFrom === 'expired' ? 'destructionNear' : 'leaseEnding'
  const stage = leaseWarnings(grant, life.request.policy).at(-1)?.stage ?? '0'
  return { warning: { event, grantNumber: grant.number, stage, deliveredAt: life.now } }
}

const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
