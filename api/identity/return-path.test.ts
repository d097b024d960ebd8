import { describe, expect, test } from '@jest/globals'
import { returnPath } from './return-path.ts'

const portal = 'https://berth.example'

describe('after login', () => {
  test.each([['/vm-requests/1?tab=audit#top'], ['/'], ['/approvals']])('the browser goes to our page %s', (wanted) => {
    expect(returnPath(wanted, portal)).toBe(wanted)
  })

  test.each([
    ['https://evil.example/'],
    ['//evil.example/'],
    ['/\\evil.example/'],
    ['/\t/evil.example'],
    ['/.//evil.example'],
    ['javascript:alert(1)'],
    ['/auth/login'],
    [`/${'a'.repeat(3_000)}`],
    [undefined],
    [['/a', '/b']],
  ])('the browser goes home instead of to %j', (wanted) => {
    expect(returnPath(wanted, portal)).toBe('/')
  })
})
