import { ApplicationFailure } from '@temporalio/workflow'
import type { Hold } from '@berth/domain/facts.ts'
import { failureSentence } from '@berth/domain/failures.ts'
import { addSeconds } from '@berth/domain/instant.ts'
import { leaseWarnings } from '@berth/domain/lease.ts'
import { mustPlaceAgain, overridable, overridesProblem } from '@berth/domain/overrides.ts'
import type { Change } from '@berth/domain/transition.ts'
import { allows, type OperatorAction, type VmRequestAction } from '@berth/domain/vm-request.ts'
import { releaseNotice } from './keep-lease.ts'
import { left, refusal, type Handlers, type Life, type Reaction } from './life.ts'
import type { OperatorDecision } from './messages.ts'
import { requestFailed } from './retire-vm.ts'
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
  const reason = hold.givenUp === true ? 'its time for diagnosis is over' : 'nobody decided in time'
  await life.record({
    event: 'cleanedUp',
    reason,
    change: {
      state: 'retiring',
      retireTo: 'failed',
      reasons: life.facts.reasons ?? [failureSentence(hold.code), reason],
    },
  })
}

function ownerHandlers(life: Life, hold: Hold): Handlers {
  const all: Handlers = {
    extendLease: extend(life),
    releaseVm: release(life),
    restoreVm: restore(life),
    cancelRequest: hold.heldFrom === 'provisioning' ? cancelWhileBuilding(life) : cancelBeforeBuilding(life),
  }
  return Object.fromEntries(Object.entries(all).filter(([action]) => allows('held', action as VmRequestAction, hold)))
}

const decide =
  (life: Life, hold: Hold) =>
  async (decision: OperatorDecision): Promise<Reaction> => {
    refuseUnlessItFits(life, hold, decision)
    const { id, by, reason, action } = decision
    const change = changeFor(life, hold, decision)
    await life.record({
      event: `operator${capitalized(action)}`,
      by,
      reason,
      message: { id, answer: { state: change.state ?? 'held' } },
      change,
      notices: change.state === 'failed' || action === 'keep' ? [requestFailed(life)] : [],
    })
    return { answer: { state: life.facts.state }, leave: true }
  }

function refuseUnlessItFits(
  life: Life,
  hold: Hold,
  { step, attempt, action, reason, overrides }: OperatorDecision,
): void {
  if (step !== hold.step || attempt !== hold.attempt)
    throw ApplicationFailure.nonRetryable(
      `held at ${hold.step}, attempt ${hold.attempt}, not at ${step}, attempt ${attempt}`,
      'staleDecision',
    )
  if (!hold.actions.includes(action))
    throw refusal('held', 'operatorDecision', `${action} is not possible here; it can be ${hold.actions.join(' or ')}`)
  if (action === 'skip' && step === 'warn' && !reason)
    throw ApplicationFailure.nonRetryable('say in reason how the owner was warned', 'badMessage')
  const problem = overrides && overridesProblem(overrides, overridable(life.request.rules, hold, life.facts.steps))
  if (problem !== undefined) throw ApplicationFailure.nonRetryable(problem, 'badMessage')
}

function changeFor(life: Life, hold: Hold, decision: OperatorDecision): Change {
  const changes: Record<OperatorAction, () => Change> = {
    retry: () => retried(hold, decision),
    skip: () => ({
      state: hold.heldFrom,
      hold: null,
      step: { name: hold.step, state: 'skipped', attempt: hold.attempt },
      ...toldInPerson(life, hold.step),
    }),
    abort: () => aborted(life, hold, decision),
    keep: () => keptForDiagnosis(life, hold, decision),
  }
  return changes[decision.action]()
}

const retried = (hold: Hold, { overrides }: OperatorDecision): Change => ({
  state: hold.heldFrom,
  hold: null,
  step: { name: hold.step, state: 'waiting', attempt: hold.attempt },
  ...(overrides !== undefined && { overrides }),
  ...(hold.heldFrom === 'provisioning' && mustPlaceAgain(hold, overrides) && { placeAgain: true }),
})

function aborted(life: Life, hold: Hold, { reason }: OperatorDecision): Change {
  const reasons = life.facts.reasons ?? givenUpBecause(hold, reason)
  return hold.heldFrom === 'provisioning'
    ? { state: 'retiring', retireTo: 'failed', reasons }
    : { state: 'failed', reasons }
}

/** The owner is told now that there will be no VM; what there is stays as it is until an operator has looked at it. */
function keptForDiagnosis(life: Life, hold: Hold, { reason, keepSeconds }: OperatorDecision): Change {
  const seconds = keepSeconds ?? life.request.policy.holdCleanUpSeconds
  return {
    hold: { ...hold, givenUp: true, actions: ['abort'], cleanUpAt: addSeconds(life.now, seconds) },
    reasons: givenUpBecause(hold, reason),
  }
}

const givenUpBecause = ({ message }: Hold, reason: string | undefined): string[] => [
  message,
  `given up by an operator${reason === undefined || reason === '' ? '' : `: ${reason}`}`,
]

/** Skipping a warning says that the operator told the owner by other means: that counts as delivered, now. */
function toldInPerson(life: Life, step: Hold['step']): Pick<Change, 'warning'> {
  const { grant, hold } = life.facts
  if (step !== 'warn' || grant === undefined || hold === undefined) return {}
  const told = { grantNumber: grant.number, deliveredAt: life.now }
  if (hold.heldFrom === 'released')
    return { warning: { ...told, event: 'vmReleased', stage: releaseNotice(life).stage } }
  const event = hold.heldFrom === 'expired' ? 'destructionNear' : 'leaseEnding'
  const stage = leaseWarnings(grant, life.request.policy).at(-1)?.stage ?? '0'
  return { warning: { ...told, event, stage } }
}

const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
