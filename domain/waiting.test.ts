import { describe, expect, test } from '@jest/globals'
import { addSeconds } from './instant.ts'
import type { OpenClone } from './clone-queue.ts'
import { siteWait, type ActivitySight, type SiteSight } from './step-wait.ts'
import { finalStates, vmRequestStates, type HoldStep, type VmRequestState } from './vm-request.ts'
import { waitingOf, type WaitingRequest, type WorkflowSight } from './waiting.ts'

const now = '2026-01-05T10:00:00.000Z'
const ago = (seconds: number) => addSeconds(now, -seconds)
const ahead = (seconds: number) => addSeconds(now, seconds)

const running: WorkflowSight = { status: 'running' }
const alive: SiteSight = {
  agents: [{ alive: true, lastContactAt: ago(2) }],
  clones: { queued: 0, used: 0, free: 8 },
}
const aRequest = (changes: Partial<WaitingRequest> = {}): WaitingRequest => ({
  id: 'own',
  state: 'provisioning',
  siteId: 'ams',
  requestedAt: ago(600),
  changedAt: ago(600),
  approvals: [],
  reminders: 0,
  approvalLapseSeconds: 7 * 86_400,
  ...changes,
})
const why = (
  changes: Partial<WaitingRequest> = {},
  workflow: Partial<WorkflowSight> = {},
  site: Partial<SiteSight> = {},
) => waitingOf(aRequest(changes), { ...running, ...workflow }, { ...alive, ...site }, now)
const at = (
  name: HoldStep,
  activity: Partial<ActivitySight>,
  site: Partial<SiteSight> = {},
  openClones?: OpenClone[],
) =>
  why(
    { step: { name, since: ago(60) }, ...(openClones !== undefined && { openClones }) },
    { activity: { attempt: 1, started: true, ...activity } },
    site,
  )

test('every state but the final ones has a sentence, since when, and what ends it', () => {
  for (const state of vmRequestStates) {
    const waiting = why({ state })
    if ((finalStates as readonly VmRequestState[]).includes(state)) expect([state, waiting]).toEqual([state, undefined])
    else
      expect([state, waiting]).toEqual([
        state,
        expect.objectContaining({
          sentence: expect.stringMatching(/^[A-Z]/),
          since: ago(600),
          until: expect.stringMatching(/^[A-Z]/),
        }),
      ])
  }
})

test('what came up later is dated from the last change, not from the request', () => {
  const later = { requestedAt: ago(86_400), changedAt: ago(5) }
  expect(why({ ...later, state: 'provisioning' })?.since).toBe(ago(5))
  expect(why({ ...later, state: 'active', intent: 'release' })?.since).toBe(ago(5))
  expect(why({ ...later, state: 'active' }, { status: 'missing' })?.since).toBe(ago(5))
  expect(why({ ...later, state: 'active' }, { status: 'missing', endedAt: ago(90) })?.since).toBe(ago(90))
})

test('a clone that was cancelled is said to be ended before anything is destroyed', () => {
  const state = 'retiring' as const
  expect(why({ state, changedAt: ago(5) }, { activity: { attempt: 1, started: true } })).toEqual({
    sentence: 'The clone that was under way is being ended',
    since: ago(5),
    until: 'vCenter has ended it, or finished it; then what it made is destroyed',
  })
  expect(why({ state })?.sentence).toBe('It is about to be destroyed at site ams')
})

describe('an approval', () => {
  const open = { openedAt: ago(90_000), approverNames: ['Kim', 'Sam'] }

  test.each([
    [0, 'Waiting for Kim or Sam'],
    [1, 'Waiting for Kim or Sam, reminded once'],
    [2, 'Waiting for Kim or Sam, reminded twice'],
    [3, 'Waiting for Kim or Sam, reminded 3 times'],
  ])('after %i reminders', (reminders, sentence) => {
    expect(why({ state: 'awaitingApproval', approvals: [open], reminders })).toEqual({
      sentence,
      since: ago(90_000),
      until: 'One of them decides; otherwise the request lapses',
      untilAt: addSeconds(open.openedAt, 7 * 86_400),
    })
  })
})

describe('a step at a site', () => {
  test('waits for an agent that is not there, or is silent', () => {
    expect(at('clone', { started: false }, { agents: [] })).toMatchObject({
      sentence: 'No agent of site ams is connected',
      since: ago(60),
    })
    const silent = [
      { alive: false, lastContactAt: ago(500) },
      { alive: false, lastContactAt: ago(300) },
    ]
    expect(at('powerOn', { started: true }, { agents: silent })).toEqual({
      sentence: 'The agent of site ams is silent',
      since: ago(300),
      until: 'It is heard of again',
    })
  })

  test('goes on while one of several agents lives', () => {
    const agents = [{ alive: false, lastContactAt: ago(300) }, ...alive.agents]
    expect(at('powerOn', {}, { agents })?.sentence).toBe('Powering on is under way')
  })

  test('says what its last try failed for, once', () => {
    const lastFailure = { code: 'vcenterLoginRefused', message: 'InvalidLogin' }
    expect(at('clone', { attempt: 3, started: false, backsOff: true, lastFailure })).toEqual({
      sentence: 'The clone is tried again, attempt 3: vCenter refuses the agent’s login: InvalidLogin',
      since: ago(60),
      until: 'A try succeeds; after some hours of them an operator is asked',
    })
    const said = { code: 'vcenterBusy', message: 'vCenter is busy with another task on this VM: x' }
    expect(at('powerOff', { attempt: 2, started: false, backsOff: true, lastFailure: said })?.sentence).toBe(
      'Powering off is tried again, attempt 2: vCenter is busy with another task on this VM: x',
    )
  })

  test('that has its next try says what it waits for now, and only then what the last one failed for', () => {
    const lastFailure = { message: 'activity Heartbeat timeout' }
    const retried = { attempt: 2, lastFailure }
    const clones = { queued: 1, used: 8, free: 0 }
    expect(at('clone', { ...retried, started: false }, { clones })?.sentence).toBe(
      'The clone waits for one of the 8 slots of site ams',
    )
    const queuedFor = { datastore: 'ssd-07', limit: 4, before: 2 }
    expect(at('clone', { ...retried, queuedFor })?.sentence).toMatch(/^The clone waits for datastore ssd-07/)
    expect(at('clone', retried)?.sentence).toBe(
      'The clone is under way, attempt 2; the last one failed: activity Heartbeat timeout',
    )
  })

  test('has a place among the clones that wait', () => {
    const clones = { queued: 4, used: 8, free: 0 }
    const asked = (requestId: string, seconds: number): OpenClone => ({
      requestId,
      teamId: 'platform',
      byPerson: true,
      askedAt: ago(seconds),
    })
    const others = Array.from({ length: 10 }, (_, number) => asked(`other-${number}`, 100))
    expect(at('clone', { started: false }, { clones }, [...others, asked('own', 60)])?.sentence).toBe(
      'The clone waits for one of the 8 slots of site ams, and about 2 come before it',
    )
    expect(at('clone', { started: false }, { clones }, [...others.slice(2), asked('own', 60)])?.sentence).toBe(
      'The clone waits for one of the 8 slots of site ams, and should be the next',
    )
    expect(at('clone', { started: false }, { clones })?.sentence).toBe(
      'The clone waits for one of the 8 slots of site ams, 4 wait for one',
    )
    expect(at('clone', { started: true }, { clones })?.sentence).toBe('The clone is under way')
  })

  test('that an agent has may wait for its datastore', () => {
    const queuedFor = { datastore: 'ssd-07', limit: 4, before: 1 }
    expect(at('clone', { queuedFor })).toEqual({
      sentence: 'The clone waits for datastore ssd-07, which bears 4 at a time, and about 1 comes before it',
      since: ago(60),
      until: 'A clone there ends',
    })
    expect(at('clone', { queuedFor, started: false })?.sentence).toMatch(/^The clone waits for one of/)
  })

  test('waits out the maintenance of the site, if it is a clone that has not begun', () => {
    const maintenance = { since: ago(1_000), by: 'Olga', reason: 'new storage' }
    const waits = {
      sentence: 'Site ams is in maintenance by Olga: new storage',
      since: ago(1_000),
      until: 'An operator ends the maintenance; nothing is lost until then',
    }
    expect(at('clone', { started: false }, { maintenance, agents: [] })).toEqual(waits)
    expect(at('clone', { started: true }, { maintenance })?.sentence).toBe('The clone is under way')
    expect(at('destroy', { started: true }, { maintenance })?.sentence).toBe('Destroying the VM is under way')
    expect(siteWait('ams', { ...alive, maintenance }, now)).toEqual(waits)
    expect(siteWait('ams', alive, now)).toBeUndefined()
  })

  test('can be paused in the Temporal UI', () => {
    expect(at('clone', { paused: true, started: false })?.sentence).toBe('The clone is paused in the Temporal UI')
  })
})

describe('a workflow', () => {
  test('that is paused says by whom', () => {
    const pause = { since: ago(30), by: 'olga@example.test', reason: 'until noon' }
    expect(why({ state: 'active' }, { status: 'paused', pause })).toMatchObject({
      sentence: 'Its workflow is paused in the Temporal UI by olga@example.test: until noon',
      since: ago(30),
      until: expect.stringContaining('pauses it and unpauses it once more'),
    })
  })

  test('that is missing comes back by itself', () => {
    expect(why({}, { status: 'missing' })).toMatchObject({ sentence: 'No workflow runs for it' })
  })

  test('whose next step fails again and again is told, a first failure is not', () => {
    const task = { since: ago(100), attempt: 5, taken: true }
    expect(why({}, { task })?.sentence).toBe('Its workflow fails at its next step, 5 times by now')
    expect(why({}, { task: { ...task, attempt: 2 } })?.sentence).toBe('It is about to be built at site ams')
  })

  test('whose next step nobody takes waits for the workers', () => {
    const task = { since: ago(60), attempt: 1, taken: false }
    expect(why({}, { task })).toMatchObject({
      sentence: 'No worker of Berth’s control plane takes its next step',
      since: ago(60),
    })
    expect(why({}, { task: { ...task, since: ago(1) } })?.sentence).toBe('It is about to be built at site ams')
  })
})

describe('a hold', () => {
  const hold = {
    heldFrom: 'provisioning',
    step: 'clone',
    attempt: 2,
    code: 'datastoreFull',
    message: 'LocalDS_1 is full',
    actions: ['retry', 'abort'],
    heldAt: ago(300),
    cleanUpAt: ahead(500),
  } as const satisfies WaitingRequest['hold']

  test('says at what, and when it is given up', () => {
    expect(why({ state: 'held', hold: { ...hold, actions: [...hold.actions] } })).toEqual({
      sentence: 'Held at step “clone”, attempt 2: LocalDS_1 is full',
      since: ago(300),
      until: 'An operator decides; otherwise it is given up',
      untilAt: ahead(500),
    })
  })

  test('that was given up says that the VM is kept for diagnosis', () => {
    expect(why({ state: 'held', hold: { ...hold, actions: ['abort'], givenUp: true } })?.sentence).toBe(
      'Given up; what was built is kept for diagnosis: LocalDS_1 is full',
    )
  })
})

describe('a VM that was handed over', () => {
  const grant = { number: 2 }
  const warned = (event: 'leaseEnding' | 'destructionNear') => ({ grant, warnings: [{ event, grantNumber: 2 }] })

  test('whose lease is over and that still runs waits for a warning', () => {
    expect(why({ state: 'active', leaseEndsAt: ago(60) })).toEqual({
      sentence: 'Its lease is over, and its owner was not warned long enough ago',
      since: ago(60),
      until: 'A warning is delivered in time, or the lease is extended',
    })
    expect(why({ state: 'active', leaseEndsAt: ahead(60) })).toMatchObject({ untilAt: ahead(60) })
  })

  test('whose warning came late waits until that is old enough', () => {
    const late = { leaseEndsAt: ago(60), dueAt: ahead(30), ...warned('leaseEnding') }
    expect(why({ state: 'active', ...late })).toMatchObject({
      sentence: expect.stringMatching(/not warned long enough ago/),
      until: 'The warning is old enough, or the lease is extended',
      untilAt: ahead(30),
    })
    expect(why({ state: 'active', ...late, dueAt: ago(1) })).toMatchObject({ asPlanned: true })
  })

  test('is never said to be destroyed at a time that has passed', () => {
    const expired = { state: 'expired' as const, expiredAt: ago(900), graceEndsAt: ago(300) }
    expect(why({ ...expired, dueAt: ago(300) })).toEqual({
      sentence: 'Its grace period is over, and its owner was not warned long enough ago',
      since: ago(300),
      until: 'A warning is delivered in time, or the lease is extended',
    })
    expect(why({ ...expired, dueAt: ahead(90), ...warned('destructionNear') })).toMatchObject({ untilAt: ahead(90) })
    expect(why({ ...expired, graceEndsAt: ahead(10), dueAt: ahead(90) })).toMatchObject({
      untilAt: ahead(90),
      asPlanned: true,
    })
  })

  test('that somebody else gave back waits for its owner to be told', () => {
    const released = { state: 'released' as const, releasedAt: ago(900), dueAt: ago(60) }
    expect(why({ ...released, step: { name: 'warn', since: ago(60) } })).toEqual({
      sentence: 'Somebody else gave the VM back, and its owner could not be told yet',
      since: ago(60),
      until: 'Its owner is told, or an operator says how; then it is destroyed',
    })
  })

  test('goes where it was asked to go', () => {
    expect(why({ state: 'active', intent: 'release', leaseEndsAt: ahead(60) })).toMatchObject({
      sentence: 'It is about to be powered off',
      asPlanned: true,
    })
    expect(why({ state: 'expired', intent: 'resume' })?.sentence).toBe('It is about to be powered on again')
  })
})
