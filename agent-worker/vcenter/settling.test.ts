import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { startSettling } from './settling.ts'

describe('an address settles', () => {
  beforeEach(() => {
    jest.useFakeTimers()
  })
  afterEach(() => {
    jest.useRealTimers()
  })

  const start = () => {
    const found: string[] = []
    const settling = startSettling(10, (address) => found.push(address))
    const after = (seconds: number) => jest.advanceTimersByTimeAsync(seconds * 1000)
    return { settling, found, after }
  }

  test('when it has stayed for the time asked for', async () => {
    const { settling, found, after } = start()
    settling.see('10.0.0.1')
    await after(9)
    settling.see('10.0.0.1')
    expect(found).toEqual([])
    await after(1)
    expect(found).toEqual(['10.0.0.1'])
  })

  test('anew when it changes, as at a first boot', async () => {
    const { settling, found, after } = start()
    settling.see('10.0.0.1')
    await after(9)
    settling.see('10.0.0.2')
    await after(9)
    expect(found).toEqual([])
    await after(1)
    expect(found).toEqual(['10.0.0.2'])
  })

  test('never while it is gone', async () => {
    const { settling, found, after } = start()
    settling.see('10.0.0.1')
    settling.see(undefined)
    await after(60)
    expect(found).toEqual([])
  })

  test('at once if no time is asked for', () => {
    const found: string[] = []
    startSettling(0, (address) => found.push(address)).see('10.0.0.1')
    expect(found).toEqual(['10.0.0.1'])
  })
})
