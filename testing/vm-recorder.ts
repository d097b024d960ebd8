import { setTimeout as pause } from 'node:timers/promises'
import type { VmEvent } from './invariants.ts'
import type { RunFile } from './run-file.ts'
import { eventSession, inWordsOfOurs, mostEventsAtOnce, type EventSession, type VcenterEvent } from './vm-events.ts'

/** Keeps all that a vCenter says happened to VMs, through its restarts. */
export interface VmRecorder {
  /** Everything from the beginning until now. Throws when events were missed. */
  events(): Promise<VmEvent[]>
  /** For whoever is about to kill the vCenter, directly before it: the last look at what it would take along. */
  beforeItsEnd(): Promise<void>
  stop(): Promise<void>
}

const lookEveryMilliseconds = 1_000

/** vCenter answers the newest thousand only, so it is asked again and again for what is new. */
export function recordVms(site: RunFile['sites'][number]): VmRecorder {
  const lives: VcenterEvent[][] = [[]]
  let session: EventSession | undefined
  let isEndExpected = false
  let missed: string | undefined
  let stopped = false

  const look = async () => {
    session ??= await eventSession(site)
    let life = lives.at(-1) ?? []
    const found = await session.since(life.at(-1)?.createdTime)
    // What it has at the very first is from before.
    if (found.length >= mostEventsAtOnce && life.length > 0) missed = 'it had more in a second than it answers'
    if (isOfAnotherLife(found, life)) {
      if (!isEndExpected) missed = 'it ended, and nobody had looked directly before'
      isEndExpected = false
      life = []
      lives.push(life)
    }
    const known = new Set(life.slice(-mostEventsAtOnce).map(({ key }) => key))
    life.push(...found.filter(({ key }) => !known.has(key)).toSorted((a, b) => Number(a.key) - Number(b.key)))
  }
  const lookThroughRestarts = async () => {
    try {
      await look()
    } catch {
      session = undefined
    }
  }
  let looking = Promise.resolve()
  const inTurn = (): Promise<void> => (looking = looking.then(lookThroughRestarts))
  const keepLooking = (async () => {
    while (!stopped) {
      await inTurn()
      await pause(lookEveryMilliseconds)
    }
  })()
  return {
    async events() {
      await inTurn()
      if (missed !== undefined) throw new Error(`events of the vCenter of ${site.id} were missed: ${missed}`)
      return lives.flatMap((life, index) => [
        ...(index === 0 ? [] : endOfAll(lives.slice(0, index).flatMap(inWordsOfOurs))),
        ...inWordsOfOurs(life),
      ])
    },
    async beforeItsEnd() {
      await inTurn()
      isEndExpected = true
    },
    async stop() {
      stopped = true
      await keepLooking
      await session?.end().catch(() => undefined)
    },
  }
}

/**
 * A simulator that died took its events along, and the next one counts from 1: what was asked for from the last known
 * event on does not begin with it.
 */
function isOfAnotherLife(found: readonly VcenterEvent[], life: readonly VcenterEvent[]): boolean {
  const last = life.at(-1)
  return (
    last !== undefined && !found.some(({ key, createdTime }) => key === last.key && createdTime === last.createdTime)
  )
}

/** A simulator restores its VMs when it comes back: each is made again, and was away in between. */
function endOfAll(events: readonly VmEvent[]): VmEvent[] {
  const alive = new Map<string, VmEvent>()
  for (const event of events) {
    if (event.kind === 'destroyed') alive.delete(event.instanceUuid)
    else alive.set(event.instanceUuid, event)
  }
  return [...alive.values()].map(({ instanceUuid }) => ({ kind: 'vanished', instanceUuid }))
}
