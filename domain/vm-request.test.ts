import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  allows,
  finalStates,
  holdableStates,
  isFinal,
  leadsTo,
  operatorActionsFor,
  statesAllowing,
  stepNames,
  vmRequestActions,
  vmRequestStates,
  type HoldableState,
  type HoldStep,
  type VmRequestAction,
  type VmRequestState,
} from './vm-request.ts'

const legal: Record<VmRequestAction, VmRequestState[]> = {
  decideApproval: ['awaitingApproval'],
  extendLease: ['active', 'expired'],
  releaseVm: ['active', 'expired'],
  restoreVm: ['released'],
  cancelRequest: ['validating', 'awaitingApproval', 'provisioning'],
  operatorDecision: ['held'],
}

const leaves: Record<VmRequestState, VmRequestState[]> = {
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

const beforeHandOver: HoldableState[] = ['validating', 'awaitingApproval', 'provisioning']
const everyHoldStep: HoldStep[] = [...stepNames, 'validate', 'approve']

describe('what a state allows', () => {
  const cases = vmRequestActions.flatMap((action) => vmRequestStates.map((state) => ({ action, state })))

  test.each(cases)('$action in $state is allowed exactly as the table says', ({ action, state }) => {
    expect(allows(state, action)).toBe(legal[action].includes(state))
  })

  test.each(vmRequestActions.flatMap((action) => holdableStates.map((heldFrom) => ({ action, heldFrom }))))(
    '$action of a request held from $heldFrom is what $heldFrom allows, and the operator’s decision',
    ({ action, heldFrom }) => {
      const isRestoreGivenUp = action === 'releaseVm' && heldFrom === 'released'
      expect(allows('held', action, { heldFrom })).toBe(
        action === 'operatorDecision' || legal[action].includes(heldFrom) || isRestoreGivenUp,
      )
    },
  )

  test('a request that an operator gave up is for operators alone', () => {
    const allowed = vmRequestActions.filter((action) =>
      allows('held', action, { heldFrom: 'provisioning', givenUp: true }),
    )
    expect(allowed).toEqual(['operatorDecision'])
  })

  test('a final state allows nothing', () => {
    for (const state of finalStates) for (const action of vmRequestActions) expect(allows(state, action)).toBe(false)
  })

  test('what a request was held from counts only while it is held', () => {
    expect(allows('retiring', 'extendLease', { heldFrom: 'active' })).toBe(false)
  })

  test.each(vmRequestActions)('a refusal of %s names the states that allow it', (action) => {
    expect(statesAllowing(action)).toEqual(legal[action])
  })
})

describe('where a state leads', () => {
  test.each(vmRequestStates.flatMap((from) => vmRequestStates.map((to) => ({ from, to }))))(
    'from $from to $to as the table says',
    ({ from, to }) => {
      expect(leadsTo(from, to)).toBe(leaves[from].includes(to))
    },
  )

  test('final states are exactly those that lead nowhere', () => {
    expect(vmRequestStates.filter((state) => leaves[state].length === 0)).toEqual(vmRequestStates.filter(isFinal))
  })

  test.each(holdableStates)('a request held from %s goes back there, or on from there', (heldFrom) => {
    expect(leadsTo(heldFrom, 'held')).toBe(true)
    expect(leadsTo('held', heldFrom, heldFrom)).toBe(true)
    for (const next of leaves[heldFrom]) expect(leadsTo('held', next, heldFrom)).toBe(next !== 'held')
  })

  test('only before hand-over a held request can be given up', () => {
    for (const heldFrom of holdableStates) {
      const early = beforeHandOver.includes(heldFrom)
      expect(leadsTo('held', 'failed', heldFrom)).toBe(early || heldFrom === 'retiring')
      expect(leadsTo('held', 'cancelled', heldFrom)).toBe(early || heldFrom === 'retiring')
    }
    expect(leadsTo('held', 'retiring', 'active')).toBe(false)
  })

  test('from every state some way leads to an end', () => {
    const endsFrom = (state: VmRequestState, seen: VmRequestState[] = []): boolean =>
      isFinal(state) ||
      leaves[state].some((next) => next !== 'held' && !seen.includes(next) && endsFrom(next, [...seen, state]))
    for (const state of vmRequestStates) expect(endsFrom(state)).toBe(true)
  })

  test('no walk through the table reaches an end without destroying what was built', () => {
    const walk = fc.array(fc.nat(), { maxLength: 40 })
    fc.assert(
      fc.property(walk, (choices) => {
        let state: VmRequestState = 'validating'
        let heldFrom: HoldableState | undefined
        let wasActive = false
        let wasRetiring = false
        for (const choice of choices) {
          const next: VmRequestState[] = vmRequestStates.filter((to) => leadsTo(state, to, heldFrom))
          if (next.length === 0) break
          const chosen: VmRequestState = next[choice % next.length] ?? state
          heldFrom = chosen === 'held' ? (state as HoldableState) : undefined
          state = chosen
          wasActive ||= state === 'active'
          wasRetiring ||= state === 'retiring'
        }
        if (wasActive && isFinal(state)) expect(wasRetiring || heldFrom === 'retiring').toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

describe('what an operator may decide', () => {
  test.each(holdableStates.flatMap((heldFrom) => everyHoldStep.map((step) => ({ heldFrom, step }))))(
    'held from $heldFrom at $step: retry always, skip for address and warning, give up before hand-over',
    ({ heldFrom, step }) => {
      expect(operatorActionsFor(heldFrom, step)).toEqual([
        'retry',
        ...(step === 'waitForIp' || step === 'warn' ? ['skip'] : []),
        ...(beforeHandOver.includes(heldFrom) ? ['abort'] : []),
        ...(heldFrom === 'provisioning' && ['clone', 'powerOn', 'waitForIp'].includes(step) ? ['keep'] : []),
      ])
    },
  )
})
