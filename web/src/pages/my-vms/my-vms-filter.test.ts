import { expect, test } from '@jest/globals'
import { askedFor, chosenChips, myVmsFilter, otherChips } from './my-vms-filter.ts'

const teams = new Map([
  ['platform', 'Platform'],
  ['data', 'Data science'],
])

test('without a filter one sees the own VMs that have not ended', () => {
  const asked = askedFor(myVmsFilter({}))
  expect(asked.owner).toBe('me')
  expect(asked.state.split(',')).toContain('held')
  expect(asked.state.split(',')).not.toContain('retired')
})

test('ended ones are shown by themselves', () => {
  expect(askedFor({ show: 'ended' }).state).toBe('retired,rejected,declined,lapsed,cancelled,failed')
})

test('what the address bar cannot mean is left out', () => {
  expect(myVmsFilter({ whose: 'nobody', show: 7, q: '  ', state: 'flying', team: '' })).toEqual({})
  expect(myVmsFilter({ show: 'ended', state: 'active,failed' })).toEqual({ show: 'ended', state: 'failed' })
})

test('states, team and site narrow the list', () => {
  const filter = myVmsFilter({ state: 'expired,active', team: 'data', site: 'munich' })
  expect(askedFor(filter)).toEqual({ state: 'active,expired', team: 'data', site: 'munich', owner: 'me' })
})

test('each filter that is chosen is a chip, and takes only itself away', () => {
  const filter = myVmsFilter({ state: 'active,held', team: 'data', site: 'munich' })
  const chips = chosenChips(filter, teams)
  expect(chips.map(({ words }) => words)).toEqual(['Active', 'Held', 'Team Data science', 'Site munich'])
  const without = chips.map(({ changes }) => myVmsFilter({ ...filter, ...changes }))
  expect(without[0]).toEqual({ ...filter, state: 'held' })
  expect(without[3]).not.toHaveProperty('site')
})

test('what can be added is what is not chosen yet', () => {
  const { State, Team, Site } = otherChips(myVmsFilter({ state: 'active', team: 'data' }), teams, ['munich'])
  expect(State.map(({ words }) => words)).not.toContain('Active')
  expect(State.find(({ words }) => words === 'Held')?.changes).toEqual({ state: 'active,held' })
  expect(Team.map(({ words }) => words)).toEqual(['Platform'])
  expect(Site.map(({ words }) => words)).toEqual(['munich'])
})
