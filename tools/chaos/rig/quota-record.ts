import { setTimeout as pause } from 'node:timers/promises'
import type { Database } from '@berth/database/connect.ts'
import { quotaUse, type QuotaUse } from '@berth/testing/quota-use.ts'

/** Remembers the moment at which each team was nearest to its limits, or furthest above them. */
export interface QuotaRecord {
  worst(): QuotaUse[]
  stop(): Promise<void>
}

/** Far shorter than any request holds what it was given. */
const lookEveryMilliseconds = 100

export function recordQuota(database: Database): QuotaRecord {
  const worst = new Map<string, QuotaUse>()
  let stopped = false
  const look = async () => {
    for (const use of await quotaUse(database)) {
      const key = `${use.team} ${use.resource}`
      const before = worst.get(key)
      if (before === undefined || left(use) < left(before)) worst.set(key, use)
    }
  }
  const keepLooking = (async () => {
    while (!stopped) {
      // A database that is away commits nothing.
      await look().catch(() => undefined)
      await pause(lookEveryMilliseconds)
    }
  })()
  return {
    worst: () => [...worst.values()],
    async stop() {
      stopped = true
      await keepLooking
    },
  }
}

const left = ({ most, used }: QuotaUse): number => (most === null ? Infinity : most - used)
