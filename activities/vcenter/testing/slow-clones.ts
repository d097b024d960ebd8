import type { CloneOrder, EndOrder, StepProgress, VcenterFault } from '../vcenter-port.ts'
import { untilAborted } from './until-aborted.ts'

export interface SlowClone {
  /** Settles when vCenter has begun to clone. */
  reached: Promise<void>
  /** vCenter finishes the clone, whoever still waits for it. */
  release(): void
  /** Whoever follows it hears this instead of its end; vCenter goes on. */
  lose(fault: VcenterFault): void
}

/** Clones that vCenter has begun: they are finished also when nobody follows them any more. */
export function createSlowClones<T>() {
  const planned: { begun: () => void; released: Promise<void>; lost: Promise<never> }[] = []
  const underWay: CloneOrder[] = []

  return {
    plan(): SlowClone {
      const begun = Promise.withResolvers<void>()
      const released = Promise.withResolvers<void>()
      const lost = Promise.withResolvers<never>()
      lost.promise.catch(() => undefined)
      planned.push({ begun: begun.resolve, released: released.promise, lost: lost.promise })
      return { reached: begun.promise, release: released.resolve, lose: lost.reject }
    },

    /** Whoever is cancelled leaves when the clone has ended, whoever has to leave for another reason leaves at once. */
    async run(order: CloneOrder, { signal, cancelRequested }: StepProgress, clone: () => T): Promise<T> {
      const slow = planned.shift()
      if (slow === undefined) return clone()
      underWay.push(order)
      slow.begun()
      const made = slow.released.then(() => {
        underWay.splice(underWay.indexOf(order), 1)
        return clone()
      })
      made.catch(() => undefined)
      try {
        return await untilAborted(Promise.race([made, slow.lost]), signal)
      } catch (error) {
        if (signal.aborted && cancelRequested()) await made.catch(() => undefined)
        throw error
      }
    },

    isUnderWay: ({ vmName, placement }: EndOrder): boolean =>
      underWay.some((order) => order.vmName === vmName && order.placement.folderMoid === placement?.folderMoid),
  }
}
