import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { isVmName, namePatternProblem, renderVmName } from './vm-name.ts'

const pattern = '{team}-{owner}-{item}-{seq:4}'

describe('a VM name', () => {
  test.each(['a', 'dev-ubuntu-0007', '7', 'a'.repeat(63)])('%s is one', (name) => {
    expect(isVmName(name)).toBe(true)
  })

  test.each(['', '-a', 'a-', 'A', 'a_b', 'a.b', 'ä', 'a b', 'a\n', 'a'.repeat(64)])('%j is none', (name) => {
    expect(isVmName(name)).toBe(false)
  })
})

describe('a name from a pattern', () => {
  test.each([
    { values: { team: 'dev', owner: 'alex', item: 'ubuntu', seq: 7 }, name: 'dev-alex-ubuntu-0007' },
    {
      values: { team: 'R&D', owner: 'Zoë.Müller@x', item: 'Ubuntu 24.04', seq: 12 },
      name: 'r-d-zoe-muller-x-ubuntu-24-04-0012',
    },
    { values: { team: 'dev', owner: '田中', item: 'ubuntu', seq: 1 }, name: 'dev-ubuntu-0001' },
    { values: { team: 'dev', owner: 'alex', item: 'ubuntu', seq: 123_456 }, name: 'dev-alex-ubuntu-123456' },
  ])('$values makes $name', ({ values, name }) => {
    expect(renderVmName(pattern, values)).toBe(name)
  })

  test('the longest word is shortened first, and the number stays', () => {
    const name = renderVmName(pattern, { team: 'dev', owner: 'x'.repeat(200), item: 'ubuntu', seq: 7 })
    expect(name).toBe(`dev-${'x'.repeat(47)}-ubuntu-0007`)
    expect(name).toHaveLength(63)
  })

  test('whatever the values, it is a DNS label, and two numbers never give one name', () => {
    const texts = fc.string({ unit: 'grapheme', maxLength: 100 })
    const patterns = fc.constantFrom(
      pattern,
      '{owner}{seq}',
      'vm-{seq:6}-{item}',
      '{seq:4}',
      'berth-{team}-{seq:3}',
      '{item}-{seq:2}x',
    )
    const seqs = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
    fc.assert(
      fc.property(patterns, texts, texts, texts, seqs, seqs, (chosen, team, owner, item, first, second) => {
        const name = renderVmName(chosen, { team, owner, item, seq: first })
        expect(isVmName(name)).toBe(true)
        expect(name).toContain(String(first))
        if (chosen !== '{owner}{seq}' && first !== second)
          expect(renderVmName(chosen, { team, owner, item, seq: second })).not.toBe(name)
      }),
      { numRuns: 500 },
    )
  })
})

describe('a name pattern', () => {
  test.each([pattern, 'vm-{seq}', '{item}{seq:9}'])('%s is good', (good) => {
    expect(namePatternProblem(good)).toBeUndefined()
  })

  test.each([
    { bad: '{team}-{owner}', says: 'exactly once' },
    { bad: '{seq}-{seq:4}', says: 'exactly once' },
    { bad: '{seq:0}', says: 'exactly once' },
    { bad: '{site}-{seq}', says: '{site}' },
    { bad: 'VM-{seq}', says: 'small letters' },
    { bad: 'vm_{seq}', says: 'small letters' },
    { bad: '{team-{seq}', says: 'small letters' },
    { bad: `${'a'.repeat(50)}-{seq}`, says: 'too little room' },
    { bad: 'a'.repeat(64), says: 'at most 63' },
  ])('$bad is refused: $says', ({ bad, says }) => {
    expect(namePatternProblem(bad)).toContain(says)
  })
})
