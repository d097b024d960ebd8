import PQueue from 'p-queue'
import type { CloneBounds } from '@berth/domain/clone-bounds.ts'

export interface CloneTurns {
  /** Clones that a datastore bears at a time, whoever makes them. */
  readonly perDatastore: number
  /** From now on so many at a time are ours; what has begun goes on. */
  share(ours: CloneBounds): void
  /**
   * Does the work once the vCenter and the datastore bear it, in the order of asking. `wait` is told how many come before at
   * the datastore, whenever that changes, and undefined when the work begins. Aborted while it waits, it leaves; begun, it is
   * the work's own affair.
   */
  take<T>(datastoreMoid: string, work: () => Promise<T>, wait: Wait, signal: AbortSignal): Promise<T>
}

type Wait = (before: number | undefined) => void

/** So many clones at a time, in all and onto each datastore. Whoever has taken one may do it, also when no share is left. */
export function createCloneTurns(bounds: CloneBounds): CloneTurns {
  let ours = bounds
  const vcenter = new PQueue({ concurrency: ours.slots })
  const datastores = new Map<string, { queue: PQueue; waiting: Set<Wait> }>()

  function at(moid: string) {
    const known = datastores.get(moid)
    if (known !== undefined) return known
    const fresh = { queue: new PQueue({ concurrency: ours.perDatastore }), waiting: new Set<Wait>() }
    datastores.set(moid, fresh)
    return fresh
  }

  async function takeAtDatastore<T>(moid: string, work: () => Promise<T>, wait: Wait, signal: AbortSignal): Promise<T> {
    const { queue, waiting } = at(moid)
    if (queue.pending < queue.concurrency) return queue.add(work)
    const stopWaiting = () => {
      waiting.delete(wait)
      for (const [before, other] of [...waiting].entries()) other(before)
    }
    const begin = () => {
      stopWaiting()
      wait(undefined)
      return work()
    }
    wait(waiting.size)
    waiting.add(wait)
    return untilBegun(queue, begin, signal).finally(stopWaiting)
  }

  return {
    perDatastore: bounds.perDatastore,

    share({ slots, perDatastore }) {
      ours = { slots: Math.max(1, slots), perDatastore: Math.max(1, perDatastore) }
      vcenter.concurrency = ours.slots
      for (const { queue } of datastores.values()) queue.concurrency = ours.perDatastore
    },

    async take(moid, work, wait, signal) {
      signal.throwIfAborted()
      return untilBegun(vcenter, () => takeAtDatastore(moid, work, wait, signal), signal)
    },
  }
}

/** The queue itself would give up what has begun as well. */
function untilBegun<T>(queue: PQueue, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const leave = new AbortController()
  const onAbort = () => leave.abort(signal.reason)
  const stopListening = () => signal.removeEventListener('abort', onAbort)
  signal.addEventListener('abort', onAbort)
  const begin = () => {
    stopListening()
    return work()
  }
  return queue.add(begin, { signal: leave.signal }).finally(stopListening)
}
