import { expect, test } from '@jest/globals'
import { askedFor, myVmsFilter } from './my-vms-filter.ts'

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
  expect(myVmsFilter({ whose: 'nobody', show: 7, q: '  ' })).toEqual({})
})
