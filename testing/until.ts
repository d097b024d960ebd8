import { setTimeout as delay } from 'node:timers/promises'

const lookEveryMilliseconds = 200

/**
 * Looks again and again until there is an answer; a look that throws counts as none. `what` completes the sentence
 * "Waited 60 s for …" with which it gives up.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  withinSeconds = 60,
): Promise<T> {
  const end = performance.now() + withinSeconds * 1_000
  for (;;) {
    let cause: unknown
    try {
      const answer = await look()
      if (answer !== undefined && answer !== false) return answer
    } catch (error) {
      cause = error
    }
    if (performance.now() > end) {
      const why = cause instanceof Error ? `: ${cause.message}` : ''
      throw new Error(`Waited ${withinSeconds} s for ${what}${why}`, { cause })
    }
    await delay(lookEveryMilliseconds)
  }
}
