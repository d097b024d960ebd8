import { expect, test } from '@jest/globals'
import { freeAddresses } from './guest-address.ts'

const first = (siteId: string, portBase: number, inUse: string[]) => freeAddresses(siteId, portBase, inUse).next().value

test('addresses are loopback ones, and never one that is in use', () => {
  const one = first('berlin', 7_000, []) ?? ''
  expect(one).toMatch(/^127\.\d+\.1\.1$/)
  const two = first('berlin', 7_000, [one])
  expect(two).toBe(one.replace(/\.1$/, '.2'))
})

test('a site and a copy of it have the same network at every start, and usually others than their neighbours', () => {
  expect(first('berlin', 7_000, [])).toBe(first('berlin', 7_000, []))
  expect(first('berlin', 7_000, [])).not.toBe(first('berlin', 8_000, []))
})

test('after the last address the first free one comes again', () => {
  const one = first('berlin', 7_000, []) ?? ''
  const last = one.replace(/\.1\.1$/, '.254.254')
  expect(first('berlin', 7_000, [last])).toBe(one)
})
