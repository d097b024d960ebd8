import { expect, test } from '@jest/globals'
import { reasonsWithoutNames } from './reasons-without-names.ts'

const ids = ['auth0|5f7c', 'oscar']

test('a cancel of before is told by what was typed', () => {
  expect(reasonsWithoutNames(['cancelled by auth0|5f7c: not needed: really'], ids)).toEqual(['not needed: really'])
  expect(reasonsWithoutNames(['cancelled by oscar'], ids)).toEqual([])
  expect(reasonsWithoutNames(['cancelled by berth: cancelled in Temporal'], ids)).toEqual(['cancelled in Temporal'])
})

test('a request that somebody gave up was given up by an operator', () => {
  expect(reasonsWithoutNames(['no room', 'given up by auth0|77'], ids)).toEqual(['no room', 'given up by an operator'])
})

test('what is told now stays as it is', () => {
  const now = ['cancelled by mistake', 'given up by an operator: the project ended']
  expect(reasonsWithoutNames(now, ids)).toEqual(now)
})
