import PQueue from 'p-queue'

export interface CloneTurns {
  readonly limit: number
  /**
   * Does the work once the datastore bears it, in the order of asking. `wait` is told how many come before, whenever that
   * changes, and undefined when the work begins. Aborted while it waits, it leaves; begun, it is the work's own affair.
   */
  take<T>(datastoreMoid: string, work: () => Promise<T>, wait: Wait, signal: AbortSignal): Promise<T>
}

type Wait = (before: number | undefined) => void

/** So many clones at a time onto each datastore, of one agent. */
export function createCloneTurns(limit: number): CloneTurns {
  const datastores = new Map<string, { queue: PQueue; waiting: Set<Wait> }>()

  function at(moid: string) {
    const known = datastores.get(moid)
    if (known !== undefined) return known
    const fresh = { queue: new PQueue({ concurrency: limit }), waiting: new Set<Wait>() }
    datastores.set(moid, fresh)
    return fresh
  }

  return {
    limit,

    async take(moid, work, wait, signal) {
      signal.throwIfAborted()
      const { queue, waiting } = at(moid)
      if (queue.pending < limit) return queue.add(work)
      const leave = new AbortController()
      const onAbort = () => leave.abort(signal.reason)
      const stopWaiting = () => {
        signal.removeEventListener('abort', onAbort)
        waiting.delete(wait)
        for (const [before, other] of [...waiting].entries()) other(before)
      }
      const begin = () => {
        stopWaiting()
        wait(undefined)
        return work()
      }
      signal.addEventListener('abort', onAbort)
      wait(waiting.size)
      waiting.add(wait)
      return queue.add(begin, { signal: leave.signal }).finally(stopWaiting)
    },
  }
}
