import { expect, test } from '@jest/globals'
import { boundsIn, boundsSign, shareOf } from './clone-bounds.ts'

const shares = (bounds: Parameters<typeof shareOf>[0], agents: string[]) =>
  agents.map((own) => shareOf(bounds, agents, own))

test.each([
  { slots: 8, perDatastore: 8, agents: 1 },
  { slots: 8, perDatastore: 8, agents: 3 },
  { slots: 8, perDatastore: 2, agents: 3 },
  { slots: 1, perDatastore: 8, agents: 2 },
])('$agents agents together keep $slots in all and $perDatastore onto a datastore', ({ agents, ...bounds }) => {
  const each = shares(
    bounds,
    Array.from({ length: agents }, (_, number) => `agent-${number}`),
  )
  const total = (part: (share: (typeof each)[number]) => number) => each.reduce((sum, share) => sum + part(share), 0)
  expect(total(({ slots }) => slots)).toBe(bounds.slots)
  expect(total(({ perDatastore }) => perDatastore)).toBe(bounds.perDatastore)
  for (const { slots, perDatastore } of each) expect(slots > 0).toBe(perDatastore > 0)
})

test('an agent that is not among those that live has no share', () => {
  expect(shareOf({ slots: 8, perDatastore: 8 }, ['other'], 'own')).toEqual({ slots: 0, perDatastore: 0 })
})

test('bounds are read back from the sign that a heartbeat carries', () => {
  const bounds = { slots: 12, perDatastore: 3 }
  expect(boundsIn(['another-plugin', boundsSign(bounds)])).toEqual(bounds)
  expect(boundsIn(['another-plugin'])).toBeUndefined()
})
