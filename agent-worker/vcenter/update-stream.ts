import { setTimeout as sleep } from 'node:timers/promises'
import type { ManagedObjectReference } from './managed-object.ts'
import { openCollector } from './property-collector.ts'
import type { Collector, ObjectUpdate } from './property-collector.ts'
import type { Properties } from './read-properties.ts'
import type { SoapClient } from './soap-client.ts'
import { WatchList } from './watch-list.ts'
import type { Watcher } from './watch-list.ts'

/** Additions within this time share one change of the list, and changes at vCenter one answer. */
const gatherMilliseconds = 5
const cancelRepeatMilliseconds = 20
const rebuildsInARow = 3

/**
 * One stream of property changes for all vCenter tasks and VMs that somebody waits for: vCenter pushes, nobody polls.
 * Tasks report `info.state`, `info.progress`, `info.result`, `info.error`; VMs what property-collector.ts lists.
 */
export class UpdateStream {
  readonly #client: SoapClient
  readonly #list = new WatchList()
  #collector: Collector | undefined
  /** Settles when the wait in flight has returned. */
  #wait: Promise<void> | undefined
  #interruption: Promise<void> | undefined
  #running = false
  #closed: Error | undefined

  constructor(client: SoapClient) {
    this.#client = client
  }

  /**
   * The first defined answer of `decide`, which sees all known properties after each change. Rejects with
   * ManagedObjectNotFound when the object is gone, with the signal's reason, and with what ended the stream.
   */
  async until<T>(
    object: ManagedObjectReference,
    decide: (properties: Properties) => T | undefined,
    signal?: AbortSignal,
  ): Promise<T> {
    signal?.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const changed = (properties: Properties) => {
      try {
        const answer = decide(properties)
        if (answer !== undefined) resolve(answer)
      } catch (error) {
        reject(error)
      }
    }
    const leave = () => reject(signal?.reason)
    const watched = this.watch(object, { changed, failed: reject })
    signal?.addEventListener('abort', leave)
    try {
      const known = this.#list.knownOf(object)
      if (Object.keys(known).length > 0) changed(known)
      return await promise
    } finally {
      watched[Symbol.dispose]()
      signal?.removeEventListener('abort', leave)
    }
  }

  /** Tells of each change from now on. What was known before is not repeated, since it may be old. */
  watch(object: ManagedObjectReference, watcher: Watcher): Disposable {
    if (this.#closed !== undefined) throw this.#closed
    const stop = this.#list.add(object, watcher)
    if (!this.#running) void this.#run()
    else if (this.#list.isAnyUnlisted()) this.#interrupt()
    // A wait in flight that nobody needs any more ends by itself; to cancel it would be one more call.
    return { [Symbol.dispose]: stop }
  }

  /** What vCenter has said of an object that is being watched; empty before its first word. */
  knownOf(object: ManagedObjectReference): Properties {
    return this.#list.knownOf(object)
  }

  /** Whoever still waits sees `reason`. */
  close(reason: Error): void {
    this.#closed = reason
    this.#list.failAll(reason)
    this.#collector?.abandon()
  }

  async #run(): Promise<void> {
    this.#running = true
    if (this.#list.isAnyUnheard()) this.#loseCollector()
    let failuresInARow = 0
    while (this.#closed === undefined && this.#list.isAnyWatched()) {
      try {
        this.#collector ??= await openCollector(this.#client)
        await this.#updateList(this.#collector)
        this.#list.dispatch(await this.#nextUpdates(this.#collector))
        // Whoever was told leaves or comes back with the next object before another wait begins.
        await sleep(gatherMilliseconds)
        failuresInARow = 0
      } catch (error) {
        this.#loseCollector()
        failuresInARow += 1
        if (failuresInARow > rebuildsInARow) this.#list.failAll(error)
        else await sleep(100 * failuresInARow)
      }
    }
    this.#list.stopListening()
    this.#running = false
  }

  /** A wait in flight must not see the list change: a simulator up to 0.56 would deadlock, and vCenter does not mind. */
  async #updateList(collector: Collector): Promise<void> {
    await this.#interruption
    while (this.#list.isAnyUnlisted()) {
      await sleep(gatherMilliseconds)
      const { add, remove } = this.#list.takeChanges()
      if (add.length === 0 && remove.length === 0) continue
      const unresolved = await collector.changeList(add, remove)
      for (const object of unresolved) this.#list.gone(object)
    }
  }

  /** No wait begins when somebody came meanwhile: nothing happens between this check and the note of the wait. */
  async #nextUpdates(collector: Collector): Promise<ObjectUpdate[]> {
    if (this.#list.isAnyUnlisted() || !this.#list.isAnyWatched()) return []
    const returned = Promise.withResolvers<void>()
    this.#wait = returned.promise
    try {
      return await collector.wait()
    } finally {
      this.#wait = undefined
      returned.resolve()
    }
  }

  /** Ends the wait in flight, if there is one. Repeated until it has returned: a cancel that comes too early is lost. */
  #interrupt(): void {
    const collector = this.#collector
    if (this.#interruption !== undefined || this.#wait === undefined || collector === undefined) return
    const cancel = async () => {
      await sleep(gatherMilliseconds)
      while (this.#wait !== undefined) {
        const wait = this.#wait
        await collector.cancelWait()
        await Promise.race([wait, sleep(cancelRepeatMilliseconds)])
      }
    }
    this.#interruption = cancel()
      // The session is gone, and with it the collector; the wait in flight would outlast it.
      .catch(() => collector.abandon())
      .finally(() => (this.#interruption = undefined))
  }

  #loseCollector(): void {
    this.#collector?.abandon()
    this.#collector = undefined
    this.#list.listIsLost()
  }
}

export const createUpdateStream = (client: SoapClient): UpdateStream => new UpdateStream(client)
