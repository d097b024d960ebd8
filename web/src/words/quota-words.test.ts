import { expect, test } from '@jest/globals'
import { quotaWords } from './quota-words.ts'

test('quota arithmetic shows before, after, limit and unit', () => {
  expect(quotaWords({ resource: 'memoryMiB', used: 8_192, requested: 4_608, limit: 16_384 })).toEqual({
    name: 'Memory',
    amounts: '8 → 12.5 of 16 GiB',
  })
  expect(quotaWords({ resource: 'vms', used: 4, requested: 1, limit: 10 }).amounts).toBe('4 → 5 of 10 VMs')
})

test('a resource without a limit says so', () => {
  expect(quotaWords({ resource: 'diskGiB', used: 160, requested: 40, limit: null }).amounts).toBe(
    '160 → 200 GiB, no limit',
  )
})
