import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'

const longestPauseMilliseconds = 10_000

/** Processes start in any order and servers come back: the first contact is repeated until it works. */
export async function untilItSucceeds<T>(what: string, attempt: () => Promise<T>, log: Logger): Promise<T> {
  for (let pause = 500; ; pause = Math.min(pause * 2, longestPauseMilliseconds)) {
    try {
      return await attempt()
    } catch (error) {
      log.warn({ reason: (error as Error).message }, `${what} does not answer; trying again`)
      await sleep(pause)
    }
  }
}
