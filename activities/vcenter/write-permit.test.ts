import { describe, expect, test } from '@jest/globals'
import { permitSeconds, startPermit } from './write-permit.ts'

describe('a permit to write', () => {
  const aPermit = () => {
    const now = { monotonic: 1_000, wall: 5_000_000 }
    return { now, permit: startPermit(5, () => ({ ...now })) }
  }

  test('lasts for its seconds', () => {
    const { now, permit } = aPermit()
    now.monotonic += 4_999
    now.wall += 4_999
    expect(permit.isFresh()).toBe(true)
    now.monotonic += 1
    expect(permit.isFresh()).toBe(false)
  })

  test('is old when the machine slept, which its monotonic clock may not know', () => {
    const { now, permit } = aPermit()
    now.wall += 60_000
    expect(permit.isFresh()).toBe(false)
  })

  test('is old when the wall clock was set back, since nobody knows then', () => {
    const { now, permit } = aPermit()
    now.wall -= 3_600_000
    expect(permit.isFresh()).toBe(false)
  })

  test('lasts a quarter of the heartbeat timeout, and five seconds at most', () => {
    expect(permitSeconds(4_000)).toBe(1)
    expect(permitSeconds(20_000)).toBe(5)
    expect(permitSeconds(undefined)).toBe(5)
    expect(permitSeconds(600_000)).toBe(5)
  })
})
