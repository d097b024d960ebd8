/**
 * The life of a VM request as a table: which states there are, where each leads, and what each allows people to do.
 * The workflow's main loop, the API and the buttons of the portal all ask this file.
 */

export const vmRequestStates = [
  'validating',
  'awaitingApproval',
  'provisioning',
  'active',
  'expired',
  'released',
  'retiring',
  'held',
  'retired',
  'rejected',
  'declined',
  'lapsed',
  'cancelled',
  'failed',
] as const
export type VmRequestState = (typeof vmRequestStates)[number]

/** States that a request can be held from and goes back to. */
export const holdableStates = [
  'validating',
  'awaitingApproval',
  'provisioning',
  'active',
  'expired',
  'released',
  'retiring',
] as const
export type HoldableState = (typeof holdableStates)[number]

export const finalStates = ['retired', 'rejected', 'declined', 'lapsed', 'cancelled', 'failed'] as const
export type FinalState = (typeof finalStates)[number]

/** The steps people see. Append only: names are stored for ever. */
export const stepNames = ['place', 'clone', 'powerOn', 'waitForIp', 'notify', 'warn', 'powerOff', 'destroy'] as const
export type StepName = (typeof stepNames)[number]

/** What a hold can stop at: a visible step, or the two decisions before the first step. */
export type HoldStep = StepName | 'validate' | 'approve'

export const stepStates = ['waiting', 'running', 'done', 'failed', 'skipped'] as const
export type StepState = (typeof stepStates)[number]

export const vmRequestActions = [
  'decideApproval',
  'extendLease',
  'releaseVm',
  'restoreVm',
  'cancelRequest',
  'operatorDecision',
] as const
export type VmRequestAction = (typeof vmRequestActions)[number]

/** `abort` gives up and cleans up; `keep` gives up and keeps the VM for diagnosis until its time. */
export const operatorActions = ['retry', 'skip', 'abort', 'keep'] as const
export type OperatorAction = (typeof operatorActions)[number]

export const longestKeepSeconds = 90 * 86_400

/** Where each state may lead. `held` leads back to the state it was held from; see `leadsTo`. */
const transitions: Record<VmRequestState, readonly VmRequestState[]> = {
  validating: ['awaitingApproval', 'provisioning', 'rejected', 'cancelled', 'held'],
  awaitingApproval: ['provisioning', 'declined', 'lapsed', 'cancelled', 'held'],
  provisioning: ['active', 'held', 'retiring'],
  active: ['expired', 'released', 'held'],
  expired: ['active', 'released', 'retiring', 'held'],
  released: ['active', 'retiring', 'held'],
  retiring: ['retired', 'cancelled', 'failed', 'held'],
  held: ['retiring', 'cancelled', 'failed'],
  retired: [],
  rejected: [],
  declined: [],
  lapsed: [],
  cancelled: [],
  failed: [],
}

/** The states in which each action is legal by itself. A held request adds what `heldFrom` allows its owner. */
const allowedIn: Record<VmRequestAction, readonly VmRequestState[]> = {
  decideApproval: ['awaitingApproval'],
  extendLease: ['active', 'expired'],
  releaseVm: ['active', 'expired'],
  restoreVm: ['released'],
  cancelRequest: ['validating', 'awaitingApproval', 'provisioning'],
  operatorDecision: ['held'],
}

/** What a hold adds to the actions of the state it was held from: a restore that does not come about can be given up. */
const allowedWhenHeldFrom: Partial<Record<VmRequestAction, readonly HoldableState[]>> = { releaseVm: ['released'] }

const skippable: readonly HoldStep[] = ['waitForIp', 'warn']
/** Later, a release does what an abort would. */
const abortableFrom: readonly HoldableState[] = ['validating', 'awaitingApproval', 'provisioning']
/** Only these leave something behind that could be looked at. */
const keepable: readonly HoldStep[] = ['clone', 'powerOn', 'waitForIp']

/** What a hold says about the actions that it allows. */
export interface Held {
  heldFrom: HoldableState
  /** An operator gave the request up: it is only kept for diagnosis. */
  givenUp?: true
}

export function isFinal(state: VmRequestState): state is FinalState {
  return (finalStates as readonly VmRequestState[]).includes(state)
}

/** Whether a request may go from one state to the next. A held one goes back to `heldFrom`, or where that leads; before hand-over it can be given up. */
export function leadsTo(from: VmRequestState, to: VmRequestState, heldFrom?: HoldableState): boolean {
  if (from !== 'held' || heldFrom === undefined) return transitions[from].includes(to)
  if (to === 'held') return false
  const givenUp = abortableFrom.includes(heldFrom) && transitions.held.includes(to)
  return to === heldFrom || transitions[heldFrom].includes(to) || givenUp
}

export function allows(state: VmRequestState, action: VmRequestAction, held?: Held): boolean {
  if (allowedIn[action].includes(state)) return true
  if (state !== 'held' || held === undefined || held.givenUp === true) return false
  return allowedIn[action].includes(held.heldFrom) || (allowedWhenHeldFrom[action]?.includes(held.heldFrom) ?? false)
}

/** For refusals: the states that would allow the action. */
export function statesAllowing(action: VmRequestAction): readonly VmRequestState[] {
  return allowedIn[action]
}

/** What an operator may decide about a hold: retry always, skip where a later check makes up for it, give up before hand-over. */
export function operatorActionsFor(heldFrom: HoldableState, step: HoldStep): OperatorAction[] {
  const isLegal: Record<OperatorAction, boolean> = {
    retry: true,
    skip: skippable.includes(step),
    abort: abortableFrom.includes(heldFrom),
    keep: heldFrom === 'provisioning' && keepable.includes(step),
  }
  return operatorActions.filter((action) => isLegal[action])
}
