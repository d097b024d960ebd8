import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Decisions that are the same whenever the seed is. */
export interface Chance {
  /** True so often; each `about` has a sequence of its own, whatever happens in between. */
  happens(probability: number, about: string): boolean
  /** A whole number from `least` to `most`. */
  between(least: number, most: number, about: string): number
  oneOf<T>(choices: readonly T[], about: string): T
}

const fine = 1_000_000

export function chanceOf(seed: number): Chance {
  const sequences = new Map<string, ReturnType<typeof xoroshiro128plus>>()
  const sequence = (about: string) => {
    const known = sequences.get(about)
    if (known !== undefined) return known
    const fresh = xoroshiro128plus(seed ^ hashOf(about))
    sequences.set(about, fresh)
    return fresh
  }
  const between: Chance['between'] = (least, most, about) => uniformInt(sequence(about), least, most)
  return {
    happens: (probability, about) => between(1, fine, about) <= probability * fine,
    between,
    oneOf<T>(choices: readonly T[], about: string) {
      return choices[between(0, choices.length - 1, about)] as T
    },
  }
}

/** FNV-1a: far apart for texts that are alike. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return hash
}
