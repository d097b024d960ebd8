import { expect, test } from '@jest/globals'
import { adviceOn, findingKinds, ownersFindingKinds } from './finding.ts'
import { allows, holdableStates, vmRequestStates, type Held, type VmRequestAction } from './vm-request.ts'

const requests = [
  ...vmRequestStates.map((state) => ({ state })),
  ...holdableStates.map((heldFrom) => ({ state: 'held' as const, hold: { heldFrom } satisfies Held })),
  { state: 'held' as const, hold: { heldFrom: 'provisioning', givenUp: true } satisfies Held },
]

/** By what words a sentence advises an act of the portal. */
const advised: [RegExp, VmRequestAction][] = [
  [/release it/, 'releaseVm'],
  [/cancel (it|the request)/, 'cancelRequest'],
  [/extend/, 'extendLease'],
  [/restore it/, 'restoreVm'],
  [/decide about its hold/, 'operatorDecision'],
]

test.each(requests)('what is advised about a finding is allowed while its request is %j', (request) => {
  const hold: Held | undefined = 'hold' in request ? request.hold : undefined
  for (const kind of findingKinds) {
    const { whatCanBeDone, ownerCan = '' } = adviceOn(kind, request)
    const text = [...whatCanBeDone, ownerCan].join(' ')
    const refused = advised.filter(([words, act]) => words.test(text) && !allows(request.state, act, hold))
    expect(refused).toEqual([])
    expect(ownerCan !== '').toBe(ownersFindingKinds.includes(kind))
  }
})

test.each([
  ['release it', { state: 'expired' }],
  ['release it', { state: 'held', hold: { heldFrom: 'released' } }],
  ['cancel the request', { state: 'provisioning' }],
  ['cancel the request', { state: 'held', hold: { heldFrom: 'provisioning' } }],
  ['do nothing: it was released', { state: 'released' }],
  ['do nothing: the operators end', { state: 'held', hold: { heldFrom: 'provisioning', givenUp: true } }],
  ['do nothing: the request ends', { state: 'retiring' }],
] as const)('an owner whose VM is gone reads “%s” while it is %j', (words, request) => {
  expect(adviceOn('vanished', request).ownerCan).toContain(words)
})
