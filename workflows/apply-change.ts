import type { Facts, StepFact } from '@berth/domain/facts.ts'
import type { Change } from '@berth/domain/transition.ts'

/** The facts after a recorded change, as the database has them too. */
export function applyChange(facts: Facts, change: Change): Facts {
  const next: Facts = { ...facts }
  if (change.state !== undefined) next.state = change.state
  if (change.round !== undefined) next.round = change.round
  if (change.finished !== undefined)
    next.steps = withStep(next.steps, { ...change.finished, state: 'done', round: next.round })
  if (change.step !== undefined) next.steps = withStep(next.steps, { ...change.step, round: next.round })
  if (change.overrides !== undefined) next.overrides = { ...facts.overrides, ...change.overrides }
  if (change.placeAgain === true) {
    if (facts.placement !== undefined) next.placement = { ...facts.placement, replaced: true }
    next.steps = next.steps.map((step) =>
      step.name === 'place' && step.round === next.round ? { ...step, state: 'waiting' } : step,
    )
  }
  if (change.decision !== undefined) next.approvals = withDecision(facts.approvals, change.decision)
  if (change.vmMoid !== undefined) next.vmMoid = change.vmMoid
  if (change.handedOverAt !== undefined) next.handedOverAt = change.handedOverAt
  if (change.retireTo !== undefined) next.retireTo = change.retireTo
  if (change.reasons !== undefined) next.reasons = change.reasons
  const { warning } = change
  if (warning !== undefined && warning.event !== 'vmReleased')
    next.warnings = [...facts.warnings, { ...warning, event: warning.event }]
  if (change.grant !== undefined) {
    const { number, grantedAt, endsAt } = change.grant
    next.grant = { number, grantedAt, endsAt }
    if (number > 1) next.extensions = facts.extensions + 1
  }
  setOrRemove(next, 'hold', change.hold)
  setOrRemove(next, 'address', change.address)
  setOrRemove(next, 'expiredAt', change.expiredAt)
  setOrRemove(next, 'releasedAt', change.releasedAt)
  setOrRemove(next, 'intent', change.intent)
  return next
}

function withStep(steps: readonly StepFact[], step: StepFact): StepFact[] {
  const others = steps.filter(({ name, round }) => name !== step.name || round !== step.round)
  return [...others, step]
}

function withDecision(approvals: Facts['approvals'], decided: NonNullable<Change['decision']>): Facts['approvals'] {
  const { approvalId, ...decision } = decided
  return approvals.map((approval) => (approval.id === approvalId ? { ...approval, ...decision } : approval))
}

type Removable = 'hold' | 'address' | 'expiredAt' | 'releasedAt' | 'intent'

function setOrRemove<Key extends Removable>(facts: Facts, key: Key, value: Facts[Key] | null | undefined): void {
  if (value === null) delete facts[key]
  else if (value !== undefined) facts[key] = value
}
