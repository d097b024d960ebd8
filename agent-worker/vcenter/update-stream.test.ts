import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startVcsim } from '@berth/testing/vcsim.ts'
import type { Vcsim } from '@berth/testing/vcsim.ts'

describe('x', () => {
  let vcsim: Vcsim
  beforeAll(async () => {
    vcsim = await startVcsim({ taskDelays: { CloneVm: 1000 } })
  })
  afterAll(() => vcsim.stop())
  test('starts', () => {
    expect(vcsim.url).toMatch(/http/)
  })
})
