import { describe, expect, test } from '@jest/globals'
import { agentsSeen, received, type AgentSighting, type Receipt } from './agents.ts'
import { addSeconds, type Instant } from './instant.ts'

const now = '2026-01-05T10:00:00.000Z'
const from = (seconds: number) => addSeconds(now, seconds)

const beating = (receipt: Partial<Receipt>, more: Partial<AgentSighting> = {}): AgentSighting => ({
  identity: 'agent/ams/host/1.0.0/7',
  queue: 'clones',
  version: '1.0.0',
  host: 'host',
  heartbeat: {
    receipt: { beatAt: now, foundAt: now, receivedAt: now, clockSkewSeconds: 0, lookedAt: now, ...receipt },
    stopped: false,
    slots: { used: 1, free: 7 },
  },
  ...more,
})

describe('a heartbeat', () => {
  test('that is seen for the first time was sent when it says, as far as anybody can know', () => {
    expect(received(undefined, from(-4), now)).toMatchObject({ receivedAt: from(-4), clockSkewSeconds: null })
  })

  test('from the future was sent by a clock that is ahead', () => {
    expect(received(undefined, from(3_600), now)).toMatchObject({ receivedAt: now, clockSkewSeconds: 3_600 })
  })

  test('that is new since the last look came since then, whatever its clock says', () => {
    const before = received(undefined, from(-3_605), from(-5))
    expect(received(before, from(-3_600), now)).toMatchObject({ receivedAt: now, clockSkewSeconds: -3_595 })
    const inStep = received(undefined, from(-8), from(-5))
    expect(received(inStep, from(-3), now)).toMatchObject({ receivedAt: now, clockSkewSeconds: 0 })
  })

  test('that is the same again is no sign of life', () => {
    const before = received(undefined, from(-20), from(-15))
    expect(received(before, from(-20), now)).toMatchObject({ receivedAt: from(-20), foundAt: from(-15) })
  })

  test('says nothing about the clock when nobody looked for long', () => {
    const before = received(undefined, from(-700), from(-600))
    expect(received(before, from(-100), now)).toMatchObject({ receivedAt: from(-100), clockSkewSeconds: null })
  })
})

describe('an agent', () => {
  test('is one, with the slots of both its queues', () => {
    const others = beating({}, { queue: 'others', host: 'host' })
    expect(agentsSeen([beating({ receivedAt: from(-3) }), others], now)).toEqual([
      {
        identity: 'agent/ams/host/1.0.0/7',
        host: 'host',
        version: '1.0.0',
        lastContactAt: now,
        alive: true,
        clockSkewSeconds: 0,
        slots: { clones: { used: 1, free: 7 }, others: { used: 1, free: 7 } },
      },
    ])
  })

  test('that shares the clones of its site has its share free, and what the dead had', () => {
    const bounds = { slots: 8, perDatastore: 8 }
    const sharing = (identity: string, receivedAt: Instant): AgentSighting => {
      const { heartbeat, ...beat } = beating({ receivedAt })
      return { ...beat, identity, heartbeat: { ...heartbeat!, slots: { used: 1, free: 0 }, bounds } }
    }
    const free = (...seen: AgentSighting[]) => agentsSeen(seen, now).map(({ slots }) => slots?.clones.free)
    expect(free(sharing('a', now), sharing('b', now), sharing('c', now))).toEqual([2, 2, 1])
    expect(free(sharing('a', now), sharing('b', now), sharing('c', from(-40)))).toEqual([3, 3, 0])
  })

  test('is silent when its heartbeats stop, though its last poll still times out', () => {
    const frozen = beating({ receivedAt: from(-40) }, { polledAt: from(-1) })
    expect(agentsSeen([frozen], now)).toMatchObject([{ alive: false, lastContactAt: from(-40) }])
  })

  describe('whose clock may be behind, seen for the first time,', () => {
    const behind = { receivedAt: from(-24), clockSkewSeconds: null }
    const polling = beating(behind, { polledAt: from(-6) })

    test('is taken to live by a recent poll where it is told at once, and not where it is looked at again', () => {
      const lastContactAt = from(-6)
      expect(agentsSeen([polling], now, 'trustItsPolls')).toMatchObject([{ alive: true, lastContactAt }])
      expect(agentsSeen([polling], now)).toMatchObject([{ alive: false, lastContactAt: from(-24) }])
    })

    test.each<[string, AgentSighting]>([
      ['polls no more', beating(behind, { polledAt: from(-21) })],
      ['has beaten once and not again', beating({ ...behind, foundAt: from(-20) }, { polledAt: from(-1) })],
      ['has beaten since, in step, and stopped', beating({ ...behind, clockSkewSeconds: 0 }, { polledAt: from(-1) })],
    ])('is silent if it %s', (_how, agent) => {
      expect(agentsSeen([agent], now, 'trustItsPolls')).toMatchObject([{ alive: false }])
    })
  })

  test('without heartbeats is judged by its polls', () => {
    const { heartbeat: _, ...polling } = beating({}, { polledAt: from(-12) })
    expect(agentsSeen([polling], now)).toMatchObject([{ alive: true, lastContactAt: from(-12), slots: null }])
  })

  test('that was stopped is gone at once', () => {
    const heartbeat = { ...beating({}).heartbeat, stopped: true } as NonNullable<AgentSighting['heartbeat']>
    expect(agentsSeen([beating({}, { heartbeat })], now)).toMatchObject([{ alive: false }])
  })
})
