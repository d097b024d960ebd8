import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { canonicalText } from './specification.ts'

/** The same value with every object's keys in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, shuffled(member)]),
  )
}

const json = fc.jsonValue({ maxDepth: 4 })

describe('the canonical text', () => {
  test('sorts keys at every level and leaves lists in order', () => {
    expect(canonicalText({ b: [2, 1], a: { d: 'x', c: null } })).toBe('{"a":{"c":null,"d":"x"},"b":[2,1]}')
  })

  test('is the same whatever the order of keys', () => {
    fc.assert(fc.property(json, (value) => canonicalText(shuffled(value)) === canonicalText(value)))
  })

  test('is JSON that says the same', () => {
    fc.assert(
      fc.property(json, (value) => expect(JSON.parse(canonicalText(value))).toEqual(JSON.parse(JSON.stringify(value)))),
    )
  })

  test('differs when anything differs', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        const same = canonicalText(JSON.parse(JSON.stringify(a))) === canonicalText(JSON.parse(JSON.stringify(b)))
        if (same) expect(JSON.parse(JSON.stringify(a))).toEqual(JSON.parse(JSON.stringify(b)))
      }),
    )
  })

  test('an absent member and one that is undefined are the same', () => {
    expect(canonicalText({ a: 1, b: undefined })).toBe(canonicalText({ a: 1 }))
    expect(canonicalText([undefined])).toBe('[null]')
  })
})
