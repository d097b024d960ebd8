import { expect, test } from '@jest/globals'
import type { HoldGroupRetried } from '@berth/contract/hold-group.ts'
import { retriedWords } from './retried-words.ts'

const result = (vmName: string, outcome: HoldGroupRetried['results'][number]['outcome'], detail?: string) => ({
  requestId: '00000000-0000-4000-8000-000000000000',
  vmName,
  outcome,
  ...(detail !== undefined && { detail }),
})

test('all that was taken is retried', () => {
  const results = [result('a', 'retried'), result('b', 'underWay')]
  expect(retriedWords({ results, left: 0 })).toEqual({ title: '2 of 2 are retried.', notRetried: [] })
})

test('what no worker took is not called retried, and the rest is still held', () => {
  const unconfirmed = result('a', 'underWay', 'no worker took it in time')
  const refused = result('b', 'refused', 'it is no longer held there')
  expect(retriedWords({ results: [unconfirmed, refused, result('c', 'retried')], left: 7 })).toEqual({
    title: '1 of 3 are retried. 7 more are still held: press again for them.',
    notRetried: [unconfirmed, refused],
  })
})
