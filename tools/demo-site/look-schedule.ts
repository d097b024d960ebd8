import { performance } from 'node:perf_hooks'

/** When the keeper looks at the simulator, and who waits for that. */
export interface LookSchedule {
  /** Something may have changed. */
  noticed(): void
  /** Resolves when a look that begins after this call is on disk. */
  remembered(): Promise<void>
  /** Resolves when it is time; the answer is to be called once what was seen is on disk. */
  nextLook(): Promise<() => void>
}

const restAfterTraffic = 200
/** For changes that did not come through the public port. */
const longestRest = 500

/** At once if somebody waits, soon after traffic, and never so often that looking is more than half of the time. */
export function lookSchedule(): LookSchedule {
  let heard = false
  let waiting: (() => void)[] = []
  let reconsider = () => {}
  let lastLook = { beganAt: 0, endedAt: 0 }

  const rest = () => {
    const wanted = waiting.length > 0 ? 0 : heard ? restAfterTraffic : longestRest
    return Math.max(wanted, lastLook.endedAt - lastLook.beganAt)
  }

  return {
    noticed() {
      heard = true
      reconsider()
    },
    remembered() {
      return new Promise((done) => {
        waiting.push(done)
        reconsider()
      })
    },
    async nextLook() {
      await new Promise<void>((due) => {
        let timer: NodeJS.Timeout | undefined
        reconsider = () => {
          clearTimeout(timer)
          timer = setTimeout(due, Math.max(0, lastLook.endedAt + rest() - performance.now()))
        }
        reconsider()
      })
      reconsider = () => {}
      const served = waiting
      waiting = []
      heard = false
      const beganAt = performance.now()
      return () => {
        lastLook = { beganAt, endedAt: performance.now() }
        for (const done of served) done()
      }
    },
  }
}
