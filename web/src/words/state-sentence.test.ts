import { describe, expect, test } from '@jest/globals'
import type { VmRequest } from '@berth/contract/vm-request.ts'
import { aVmRequest } from '../../dev/a-vm-request.ts'
import { stateSentence } from './state-sentence.ts'

const now = '2026-11-22T10:00:00.000Z'
const ahead = '2026-12-06T10:00:00.000Z'
const { ownerId, ownerName } = aVmRequest({})
const owner = { userId: ownerId, isOperator: false }
const operator = { userId: 'operator', isOperator: true }
const toOwner = (differs: Partial<VmRequest>) => stateSentence(aVmRequest(differs), now, owner)
const toOperator = (differs: Partial<VmRequest>) => stateSentence(aVmRequest(differs), now, operator)

const approval = {
  id: 'a1',
  subject: 'request' as const,
  level: 1,
  approvers: ['kim', 'sam'],
  approverNames: ['Kim', 'Sam'],
  openedAt: '2026-11-20T09:40:00.000Z',
}
const clone = { name: 'clone' as const, state: 'running' as const, round: 1, startedAt: '2026-11-22T09:59:20.000Z' }
const hold = {
  heldFrom: 'provisioning' as const,
  step: 'place' as const,
  attempt: 1,
  code: 'datastoreFull' as const,
  message: 'datastore LocalDS_1 has 3 GiB free, 40 GiB needed',
  actions: ['retry' as const, 'abort' as const],
}

describe('a state is a sentence', () => {
  test('that names everybody who could approve, and since when', () => {
    const sentence = toOwner({ state: 'awaitingApproval', approvals: [approval] })
    expect(sentence).toMatch(/^Waiting for Kim or Sam since Fri 20 Nov/)
  })

  test('that shows progress with what is left, judged by how it went so far', () => {
    expect(toOwner({ state: 'provisioning', steps: [{ ...clone, progress: 64 }] })).toBe(
      'Cloning — 64 %, about 22 s left',
    )
  })

  test('that does not guess what is left before a tenth is done', () => {
    expect(toOwner({ state: 'provisioning', steps: [{ ...clone, progress: 4 }] })).toBe('Cloning — 4 %')
  })

  test('that says what a stalled step waits for', () => {
    const waitingFor = { sentence: 'no agent of site frankfurt answers', since: '2026-11-21T08:00:00.000Z' }
    expect(toOwner({ state: 'provisioning', steps: [clone], waitingFor })).toMatch(
      /^Cloning — no agent of site frankfurt answers since Sat 21 Nov/,
    )
  })

  test('that calms the owner and calls the operator when a request is held', () => {
    const held = aVmRequest({ state: 'held', hold })
    expect(stateSentence(held, now, owner)).toBe(`We are on it: ${hold.message}`)
    expect(stateSentence(held, now, operator)).toBe(`Needs an operator: ${hold.message}`)
    const givenUp = aVmRequest({ state: 'held', hold: { ...hold, givenUp: true } })
    for (const reader of [owner, operator])
      expect(stateSentence(givenUp, now, reader)).toBe(`Could not be built; kept for diagnosis: ${hold.message}`)
  })

  test.each<[string, Partial<VmRequest>, RegExp, RegExp]>([
    [
      'whose VM it is',
      { state: 'active', leaseEndsAt: ahead },
      /^Yours until /,
      new RegExp(`^In use by ${ownerName} until `),
    ],
    [
      'who can bring a VM back',
      { state: 'released', restorableUntil: ahead },
      /; you can restore it until /,
      new RegExp(`; ${ownerName} can restore it until `),
    ],
    ['what keeps a VM', { state: 'expired' }, / unless you extend$/, / unless its lease is extended$/],
  ])('that tells the owner and others %s, each in their words', (_what, request, forOwner, forOthers) => {
    expect(toOwner(request)).toMatch(forOwner)
    expect(toOperator(request)).toMatch(forOthers)
  })

  test('that says what was asked for and is under way, not what holds until it is done', () => {
    const step = (name: 'powerOff' | 'powerOn' | 'waitForIp') => ({ name, state: 'running' as const, round: 2 })
    const given = { state: 'active' as const, leaseEndsAt: ahead, intent: 'release' as const }
    expect(toOwner(given)).toBe('Being given back: powering off')
    const extended = { state: 'expired' as const, leaseEndsAt: ahead, intent: 'resume' as const }
    expect(toOwner(extended)).toBe('Powering on again')
    expect(toOwner({ ...extended, steps: [step('powerOff')] })).toBe('Powering off; then it is powered on again')
    expect(toOwner({ ...extended, steps: [step('waitForIp')] })).toBe('Powered on again: waiting for its address')
    expect(toOwner({ state: 'released', intent: 'restore' })).toBe('Powering on again')
    expect(toOwner({ ...given, state: 'held', hold })).toBe(`We are on it: ${hold.message}`)
  })

  test('that says until when an expired VM can be kept', () => {
    expect(
      toOwner({ state: 'expired', expiredAt: '2026-11-20T09:00:00.000Z', destroyedAt: '2026-11-27T09:00:00.000Z' }),
    ).toMatch(/^Powered off since Fri 20 Nov.*; destroyed on Fri 27 Nov unless you extend$/)
  })

  test('that promises nothing whose time has passed', () => {
    const yesterday = '2026-11-21T09:00:00.000Z'
    expect(toOwner({ state: 'active', leaseEndsAt: yesterday })).toMatch(/^The lease is over since Sat 21 Nov/)
    expect(toOwner({ state: 'expired', destroyedAt: yesterday })).toBe(
      'Powered off; its destruction was due on Sat 21 Nov',
    )
    expect(toOwner({ state: 'released', restorableUntil: yesterday, destroyedAt: ahead })).toBe('Given back')
    expect(toOwner({ state: 'released', restorableUntil: yesterday, destroyedAt: yesterday })).toBe(
      'Given back; its destruction was due on Sat 21 Nov',
    )
  })

  test('that gives every reason why it was not possible', () => {
    expect(toOwner({ state: 'rejected', reasons: ['the size is not offered', 'the site is unknown'] })).toBe(
      'Not possible: the size is not offered; the site is unknown',
    )
  })

  test('that says who declined and why', () => {
    const approvals = [{ ...approval, decision: 'declined' as const, byName: 'Kim', reason: 'use the shared one' }]
    expect(toOwner({ state: 'declined', approvals })).toBe('Kim declined: use the shared one')
  })

  test('that says how long nobody decided', () => {
    expect(toOwner({ state: 'lapsed', endedAt: '2026-11-29T09:40:00.000Z' })).toBe('Nobody decided within 1 week')
  })

  test('that holds even where facts are missing', () => {
    expect(toOwner({ state: 'cancelled' })).toBe('Cancelled')
    expect(toOwner({ state: 'retired' })).toBe('Destroyed')
    expect(toOwner({ state: 'failed' })).toBe('Could not be built')
    expect(toOwner({ state: 'active' })).toBe('Yours')
  })
})
