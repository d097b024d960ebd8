import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'

const pauseMilliseconds = 2_000

/** Servers start in any order, and restart: a first contact is tried until it works, and said once. */
export async function untilItAnswers<T>(what: string, contact: () => Promise<T>, log: Logger): Promise<T> {
  for (let said = false; ;) {
    try {
      return await contact()
    } catch (error) {
      if (!isUnreachable(error)) throw error
      if (!said) log.warn({ reason: (error as Error).message }, `waiting for ${what}`)
      said = true
      await pause(pauseMilliseconds)
    }
  }
}

/** Only a server that cannot be reached is waited for; everything else is a mistake that waiting does not cure. */
function isUnreachable(error: unknown): boolean {
  const text =
    error instanceof Error ? `${error.name} ${error.message} ${'code' in error ? String(error.code) : ''}` : ''
  return /ECONN|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|UNAVAILABLE|Unavailable|TransportError|DEADLINE|connect|starting up|57P03/i.test(
    text,
  )
}
