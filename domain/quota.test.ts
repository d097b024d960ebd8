import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { fits, quotaArithmetic, quotaOf, quotaResources } from './quota.ts'

const used = { vms: 3, vCpu: 6, memoryMiB: 12_288, diskGiB: 90 }
const small = { vCpu: 2, memoryMiB: 4_096, diskGiB: 40 }

describe('quota', () => {
  test('a VM costs one VM and its size', () => {
    expect(quotaOf(small)).toEqual({ vms: 1, ...small })
  })

  test('the arithmetic has one line a resource, with null where there is no limit', () => {
    expect(quotaArithmetic({ vms: 4, vCpu: 7 }, used, quotaOf(small))).toEqual([
      { resource: 'vms', used: 3, requested: 1, limit: 4 },
      { resource: 'vCpu', used: 6, requested: 2, limit: 7 },
      { resource: 'memoryMiB', used: 12_288, requested: 4_096, limit: null },
      { resource: 'diskGiB', used: 90, requested: 40, limit: null },
    ])
  })

  test('a limit may be reached and not passed', () => {
    const [vms, vCpu, memory] = quotaArithmetic({ vms: 4, vCpu: 7 }, used, quotaOf(small))
    expect([vms, vCpu, memory].map((line) => line !== undefined && fits(line))).toEqual([true, false, true])
  })

  test('a limit of zero allows nothing', () => {
    const [vms] = quotaArithmetic({ vms: 0 }, { ...used, vms: 0 }, quotaOf(small))
    expect(vms !== undefined && fits(vms)).toBe(false)
  })

  test('what fits leaves nothing above its limit', () => {
    const amounts = fc.record({ vms: fc.nat(), vCpu: fc.nat(), memoryMiB: fc.nat(), diskGiB: fc.nat() })
    fc.assert(
      fc.property(amounts, amounts, amounts, (limits, before, requested) => {
        for (const line of quotaArithmetic(limits, before, requested))
          expect(fits(line)).toBe(before[line.resource] + requested[line.resource] <= limits[line.resource])
        expect(quotaArithmetic(limits, before, requested).map(({ resource }) => resource)).toEqual([...quotaResources])
      }),
    )
  })
})
