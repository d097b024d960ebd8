import { setTimeout as sleep } from 'node:timers/promises'
import { moref, morefKey } from './managed-object.ts'
import type { ManagedObjectReference } from './managed-object.ts'
import { openCollector } from './property-collector.ts'
import type { Collector, ObjectUpdate } from './property-collector.ts'
import type { Properties } from './read-properties.ts'
import type { SoapClient } from './soap-client.ts'
import { isFault, SoapFault } from './soap-fault.ts'

/**
 * One stream of property changes for all vCenter tasks and VMs that somebody waits for: vCenter pushes, nobody polls.
 * Tasks report `info.state`, `info.progress`, `info.result`, `info.error`; VMs what `vmPaths` lists.
 */
export interface UpdateStream {
  /**
   * The first defined answer of `decide`, which sees all known properties after each change. Rejects with
   * ManagedObjectNotFound when the object is gone, with the signal's reason, and with what ended the stream.
   */
  until<T>(
    object: ManagedObjectReference,
    decide: (properties: Properties) => T | undefined,
    signal?: AbortSignal,
  ): Promise<T>
  /** Tells of each change from now on. What was known before is not repeated, since it may be old. */
  watch(object: ManagedObjectReference, watcher?: Watcher): Disposable
  /** Whoever still waits sees `reason`. */
  close(reason: Error): void
}

export interface Watcher {
  changed(properties: Properties): void
  failed(error: unknown): void
}

interface Watched {
  object: ManagedObjectReference
  properties: Record<string, unknown>
  watchers: Set<Watcher>
}

/** Additions within this time share one change of the list. */
const gatherMilliseconds = 5
const cancelRepeatMilliseconds = 20
const rebuildsInARow = 3

export function createUpdateStream(client: SoapClient): UpdateStream {
  const watched = new Map<string, Watched>()
  /** What vCenter's list holds; entries that nobody watches leave it with its next change, which costs no extra call. */
  const listed = new Set<string>()
  let collector: Collector | undefined
  let running = false
  let waiting = false
  let closed: Error | undefined
  let canceling: Promise<void> = Promise.resolve()

  const isWanted = (key: string) => (watched.get(key)?.watchers.size ?? 0) > 0
  const anyWanted = () => [...watched.keys()].some(isWanted)
  const unlisted = () => [...watched.keys()].filter((key) => isWanted(key) && !listed.has(key))

  const run = async () => {
    let failuresInARow = 0
    while (closed === undefined && anyWanted()) {
      try {
        collector ??= await openCollector(client)
        await updateList(collector)
        const updates = await waitForUpdates(collector)
        failuresInARow = 0
        dispatch(updates)
      } catch (error) {
        failuresInARow += 1
        dropCollector()
        if (failuresInARow > rebuildsInARow) failAll(error)
        else await sleep(100 * failuresInARow)
      }
    }
  }

  const start = () => {
    if (running) return
    running = true
    void run().finally(() => {
      running = false
      if (closed === undefined && anyWanted()) start()
    })
  }

  /** A wait in flight must not see the list change: a simulator up to 0.56 would deadlock, and vCenter does not mind. */
  const updateList = async (current: Collector) => {
    await canceling
    for (;;) {
      await sleep(listed.size === 0 && unlisted().length === 0 ? 0 : gatherMilliseconds)
      const add = unlisted()
      if (add.length === 0) return
      const remove = [...listed].filter((key) => !isWanted(key))
      for (const key of remove) forget(key)
      for (const key of add) listed.add(key)
      const unresolved = await current.changeList(add.flatMap(objectOf), remove.map(parseKey))
      for (const object of unresolved) gone(morefKey(object))
    }
  }

  const waitForUpdates = async (current: Collector): Promise<ObjectUpdate[]> => {
    if (!anyWanted()) return []
    waiting = true
    try {
      return await current.wait()
    } finally {
      waiting = false
    }
  }

  /** Repeated until the wait has returned: a cancel that arrives before its wait is lost. */
  const interrupt = (current: Collector) => {
    canceling = (async () => {
      await canceling
      await sleep(gatherMilliseconds)
      while (waiting && collector === current) {
        await current.cancelWait()
        if (waiting) await sleep(cancelRepeatMilliseconds)
      }
    })()
    canceling.catch(() => {
      // The session is gone, and with it the collector: the wait in flight would outlast it.
      current.abandon()
    })
    canceling = canceling.catch(() => undefined)
  }

  const dispatch = (updates: ObjectUpdate[]) => {
    const left = new Set<string>()
    for (const { kind, obj, changeSet = [] } of updates) {
      const key = morefKey(obj)
      const entry = watched.get(key)
      if (kind === 'leave') left.add(key)
      else left.delete(key)
      if (entry === undefined || kind === 'leave') continue
      for (const { name, val } of changeSet) entry.properties[name] = val
      for (const watcher of [...entry.watchers]) watcher.changed(entry.properties)
    }
    for (const key of left) if (listed.has(key)) gone(key)
  }

  const gone = (key: string) => {
    const entry = watched.get(key)
    forget(key)
    if (entry === undefined) return
    const detail = { obj: entry.object }
    const error = new SoapFault('WaitForUpdatesEx', 'ManagedObjectNotFound', detail, key)
    for (const watcher of [...entry.watchers]) watcher.failed(error)
  }

  const forget = (key: string) => {
    listed.delete(key)
    watched.delete(key)
  }

  const dropCollector = () => {
    collector?.abandon()
    collector = undefined
    listed.clear()
    for (const key of [...watched.keys()]) if (!isWanted(key)) watched.delete(key)
  }

  const failAll = (error: unknown) => {
    const reason = error instanceof Error ? error : new Error(String(error))
    for (const { watchers } of [...watched.values()]) for (const watcher of [...watchers]) watcher.failed(reason)
  }

  const objectOf = (key: string) => {
    const entry = watched.get(key)
    return entry === undefined ? [] : [entry.object]
  }

  const add = (object: ManagedObjectReference, watcher: Watcher): (() => void) => {
    if (closed !== undefined) throw closed
    const key = morefKey(object)
    const entry = watched.get(key) ?? { object, properties: {}, watchers: new Set<Watcher>() }
    watched.set(key, entry)
    entry.watchers.add(watcher)
    if (!running) start()
    else if (!listed.has(key) && waiting && collector !== undefined) interrupt(collector)
    return () => {
      entry.watchers.delete(watcher)
      if (!anyWanted() && waiting && collector !== undefined) interrupt(collector)
    }
  }

  const until = <T>(
    object: ManagedObjectReference,
    decide: (properties: Properties) => T | undefined,
    signal?: AbortSignal,
  ): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      signal?.throwIfAborted()
      const abort = () => watcher.failed(signal?.reason)
      const finish = (settle: () => void) => {
        stop()
        signal?.removeEventListener('abort', abort)
        settle()
      }
      const watcher = {
        changed(properties: Properties) {
          try {
            const answer = decide(properties)
            if (answer !== undefined) finish(() => resolve(answer))
          } catch (error) {
            finish(() => reject(error))
          }
        },
        failed: (error: unknown) => finish(() => reject(error)),
      }
      const stop = add(object, watcher)
      signal?.addEventListener('abort', abort)
      const known = watched.get(morefKey(object))?.properties ?? {}
      if (Object.keys(known).length > 0) watcher.changed(known)
    })

  return {
    until,
    watch(object, watcher = { changed: () => undefined, failed: () => undefined }) {
      const stop = add(object, watcher)
      return { [Symbol.dispose]: stop }
    },
    close(reason) {
      closed = reason
      failAll(reason)
      collector?.abandon()
    },
  }
}

const parseKey = (key: string): ManagedObjectReference => {
  const colon = key.indexOf(':')
  return moref(key.slice(0, colon), key.slice(colon + 1))
}

export const isGone = (error: unknown): boolean => isFault(error, 'ManagedObjectNotFound')
