import { describe, expect, test } from '@jest/globals'
import { pauseSeconds } from './step-progress.ts'

describe('a step under way', () => {
  test('is heard of every second while there are few', () => {
    expect(pauseSeconds(1, 1)).toBe(1)
    expect(pauseSeconds(1, 100)).toBe(1)
  })

  test('is heard of less often the more there are', () => {
    expect(pauseSeconds(1, 400)).toBe(4)
  })

  test('is heard of twice within the heartbeat timeout however many there are', () => {
    expect(pauseSeconds(1, 2_000)).toBeLessThan(20 / 2)
  })
})
