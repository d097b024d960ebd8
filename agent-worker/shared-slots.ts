import { EventEmitter, once } from 'node:events'
import type { ActivitySlotInfo, CustomSlotSupplier } from '@temporalio/worker'

const looksAgainAfterMilliseconds = 5_000

/** Slots for as many activities as are allowed at the moment; the number may change at any time, and what runs goes on. */
export function sharedSlots(allowed: () => Promise<number>): CustomSlotSupplier<ActivitySlotInfo> {
  const slots = new EventEmitter().setMaxListeners(0)
  let taken = 0
  return {
    type: 'custom',

    async reserveSlot(_context, signal) {
      for (;;) {
        const most = await allowed()
        signal.throwIfAborted()
        if (taken < most) break
        const enough = AbortSignal.any([signal, AbortSignal.timeout(looksAgainAfterMilliseconds)])
        await once(slots, 'released', { signal: enough }).catch(() => signal.throwIfAborted())
      }
      taken += 1
      return {}
    },

    // An agent runs no workflows, so that nothing is ever offered to it outside its polls.
    tryReserveSlot: () => null,

    markSlotUsed: () => undefined,

    releaseSlot() {
      taken -= 1
      slots.emit('released')
    },
  }
}
