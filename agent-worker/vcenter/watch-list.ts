import { morefKey } from './managed-object.ts'
import type { ManagedObjectReference } from './managed-object.ts'
import type { ObjectUpdate } from './property-collector.ts'
import type { Properties } from './read-properties.ts'
import { SoapFault } from './soap-fault.ts'

export interface Watcher {
  changed(properties: Properties): void
  failed(error: unknown): void
}

interface Watched {
  object: ManagedObjectReference
  properties: Record<string, unknown>
  watchers: Set<Watcher>
  /** True while vCenter's list holds it. */
  listed: boolean
  /** True when nobody listened to vCenter for a while: it repeats nothing that it said before. */
  unheard: boolean
}

export interface ListChanges {
  add: ManagedObjectReference[]
  remove: ManagedObjectReference[]
}

/**
 * Who watches what, and what vCenter's list of objects holds. An entry that nobody watches stays listed until the next
 * change of the list: its removal then costs no call, and whoever comes before that finds its properties at hand.
 */
export class WatchList {
  readonly #entries = new Map<string, Watched>()

  /** Answers how to stop watching. */
  add(object: ManagedObjectReference, watcher: Watcher): () => void {
    const key = morefKey(object)
    const entry = this.#entries.get(key) ?? {
      object,
      properties: {},
      watchers: new Set<Watcher>(),
      listed: false,
      unheard: false,
    }
    this.#entries.set(key, entry)
    entry.watchers.add(watcher)
    return () => {
      entry.watchers.delete(watcher)
      if (entry.watchers.size === 0 && !entry.listed && this.#entries.get(key) === entry) this.#entries.delete(key)
    }
  }

  /** What is known of an object; empty before vCenter's first word. */
  knownOf(object: ManagedObjectReference): Properties {
    return this.#entries.get(morefKey(object))?.properties ?? {}
  }

  isAnyWatched(): boolean {
    return [...this.#entries.values()].some(({ watchers }) => watchers.size > 0)
  }

  isAnyUnlisted(): boolean {
    return [...this.#entries.values()].some(({ watchers, listed }) => watchers.size > 0 && !listed)
  }

  /** Whether somebody watches what vCenter may have changed unheard: only a new list tells all again. */
  isAnyUnheard(): boolean {
    return [...this.#entries.values()].some(({ watchers, unheard }) => watchers.size > 0 && unheard)
  }

  /** Nobody listens from now on: what is known grows old, so it is dropped. */
  stopListening(): void {
    for (const entry of this.#entries.values()) {
      entry.properties = {}
      entry.unheard = true
    }
  }

  /** What vCenter's list must change by; from now on the changes count as made. */
  takeChanges(): ListChanges {
    const add = [...this.#entries.values()].filter(({ watchers, listed }) => watchers.size > 0 && !listed)
    const remove = [...this.#entries.values()].filter(({ watchers }) => watchers.size === 0)
    for (const entry of add) entry.listed = true
    for (const { object } of remove) this.#entries.delete(morefKey(object))
    return { add: add.map(({ object }) => object), remove: remove.map(({ object }) => object) }
  }

  dispatch(updates: readonly ObjectUpdate[]): void {
    const left = new Map<string, ManagedObjectReference>()
    for (const { kind, obj, changeSet = [] } of updates) {
      const entry = this.#entries.get(morefKey(obj))
      if (kind === 'leave') left.set(morefKey(obj), obj)
      else left.delete(morefKey(obj))
      if (entry === undefined || kind === 'leave') continue
      for (const { name, val } of changeSet) entry.properties[name] = val
      for (const watcher of [...entry.watchers]) watcher.changed(entry.properties)
    }
    for (const object of left.values()) this.gone(object)
  }

  gone(object: ManagedObjectReference): void {
    const key = morefKey(object)
    const entry = this.#entries.get(key)
    if (entry?.listed !== true) return
    this.#entries.delete(key)
    const fault = new SoapFault('WaitForUpdatesEx', 'ManagedObjectNotFound', { obj: object }, key)
    for (const watcher of [...entry.watchers]) watcher.failed(fault)
  }

  /** vCenter's list is lost: a new one starts with what is watched now. */
  listIsLost(): void {
    for (const [key, entry] of [...this.#entries]) {
      entry.listed = false
      entry.unheard = false
      entry.properties = {}
      if (entry.watchers.size === 0) this.#entries.delete(key)
    }
  }

  failAll(reason: unknown): void {
    for (const { watchers } of [...this.#entries.values()]) {
      for (const watcher of [...watchers]) watcher.failed(reason)
    }
  }
}
