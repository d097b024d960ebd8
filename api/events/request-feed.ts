import { changedSince, type ChangedRequests, type Changes } from '@berth/database/changes.ts'
import type { Database } from '@berth/database/connect.ts'
import type { Logger } from 'pino'

/** Tells every open stream which requests have changed, and up to where: one question to the database for all of them. */
export interface RequestFeed {
  /** Answers how to stop. Whatever is committed from then on is told, so what is read after it misses nothing. */
  follow(listener: (changed: ChangedRequests) => void): Promise<() => void>
  close(): void
}

/** Changes come in bursts, several rows in one moment. */
const gatherMs = 25
const retryMs = 1_000

export function requestFeed(database: Database, changes: Changes, log: Logger): RequestFeed {
  const listeners = new Set<(changed: ChangedRequests) => void>()
  let position: string | undefined
  let timer: NodeJS.Timeout | undefined
  let taking: Promise<void> | undefined
  let asking = false
  let dirty = false

  async function ask(): Promise<void> {
    timer = undefined
    if (position === undefined) return
    asking = true
    dirty = false
    try {
      const changed = await changedSince(database, position)
      position = changed.xid
      if (changed.ids.length > 0) for (const listener of listeners) listener(changed)
      asking = false
      if (dirty) askSoon()
    } catch (error) {
      log.warn({ err: error }, 'changes could not be read; trying again')
      asking = false
      askSoon(retryMs)
    }
  }

  function askSoon(milliseconds = gatherMs): void {
    dirty = true
    if (asking || listeners.size === 0) return
    timer ??= setTimeout(() => void ask(), milliseconds)
  }

  async function takePosition(): Promise<void> {
    try {
      position = (await changedSince(database)).xid
    } finally {
      taking = undefined
    }
  }

  const stop = changes.onRequestChanged(() => askSoon())
  return {
    async follow(listener) {
      listeners.add(listener)
      const leave = () => {
        listeners.delete(listener)
        // The next follower starts from then, not from here.
        if (listeners.size === 0) position = undefined
      }
      try {
        if (position === undefined) await (taking ??= takePosition())
      } catch (error) {
        leave()
        throw error
      }
      return leave
    },
    close() {
      stop()
      clearTimeout(timer)
      listeners.clear()
    },
  }
}
