import { useSyncExternalStore } from 'react'
import { instantOf, type Instant } from '@berth/domain/instant.ts'

let now = instantOf(Date.now())
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

const tick = () => {
  now = instantOf(Date.now())
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  if (timer === undefined) {
    now = instantOf(Date.now())
    timer = setInterval(tick, 1_000)
  }
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The present instant, one clock for the whole page, a second apart. Only small components should ask. */
export const useNow = (): Instant => useSyncExternalStore(subscribe, () => now)
