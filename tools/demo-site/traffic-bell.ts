import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'

export interface TrafficBell {
  ring(): void
  /** Waits until something may have changed, or half a second for changes that did not come through the public port. */
  quietTime(): Promise<void>
}

const shortestRest = 200
const longestRest = 500

/** Times the looks at the simulator: soon after it was talked to, and never so often that looking is its main work. */
export function trafficBell(): TrafficBell {
  let heard = false
  let wake = () => {}
  let restedAt = performance.now()
  return {
    ring() {
      heard = true
      wake()
    },
    async quietTime() {
      const busyFor = performance.now() - restedAt
      await pause(Math.min(Math.max(shortestRest, 4 * busyFor), 2_000))
      if (!heard) {
        await new Promise<void>((done) => {
          const timer = setTimeout(done, longestRest - shortestRest)
          wake = () => {
            clearTimeout(timer)
            done()
          }
        })
      }
      heard = false
      restedAt = performance.now()
    },
  }
}
