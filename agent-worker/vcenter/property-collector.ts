import type { ManagedObjectReference } from './managed-object.ts'
import type { SoapClient } from './soap-client.ts'
import { isFault } from './soap-fault.ts'

export interface ObjectUpdate {
  kind: 'enter' | 'modify' | 'leave'
  obj: ManagedObjectReference
  changeSet?: { name: string; op: string; val?: unknown }[]
}

interface UpdateSet {
  version: string
  filterSet?: { objectSet?: ObjectUpdate[] }[]
}

/** A property collector of our own with a filter over a list of objects. It lives as long as the session. */
export interface Collector {
  /** Answers the objects that vCenter does not know. */
  changeList(add: ManagedObjectReference[], remove: ManagedObjectReference[]): Promise<ManagedObjectReference[]>
  /** The next changes; none when the wait was cancelled or nothing changed for a minute. */
  wait(): Promise<ObjectUpdate[]>
  cancelWait(): Promise<void>
  /** Ends a wait in flight at our side, and lets vCenter clean up. */
  abandon(): void
}

/** Leaf paths only: whole `info` or `guest` cost the simulator twice, and vCenter more traffic. */
const taskPaths = ['info.state', 'info.progress', 'info.result', 'info.error']
const vmPaths = ['runtime.powerState', 'guest.ipAddress', 'guest.net', 'disabledMethod']

const maxWaitSeconds = 60

export async function openCollector(client: SoapClient): Promise<Collector> {
  const { propertyCollector, viewManager } = await client.serviceContent()
  // Never the default collector: sessions that wait on it disturb each other in the simulator.
  const collector = await client.call<ManagedObjectReference>('CreatePropertyCollector', propertyCollector)
  const list = await client.call<ManagedObjectReference>('CreateListView', viewManager, { obj: [] })
  await client.call('CreateFilter', collector, { spec: filterOver(list), partialUpdates: false })
  const abandoned = new AbortController()
  let version = ''

  return {
    changeList: (add, remove) => client.call('ModifyListView', list, { add, remove }),
    async wait() {
      try {
        const updates = await client.call<UpdateSet | undefined>(
          'WaitForUpdatesEx',
          collector,
          { version, options: { maxWaitSeconds, maxObjectUpdates: 100 } },
          { timeoutSeconds: maxWaitSeconds + 30, signal: abandoned.signal },
        )
        if (updates === undefined) return []
        version = updates.version
        return (updates.filterSet ?? []).flatMap(({ objectSet }) => objectSet ?? [])
      } catch (error) {
        if (isFault(error, 'RequestCanceled')) return []
        throw error
      }
    },
    cancelWait: async () => void (await client.call('CancelWaitForUpdates', collector)),
    abandon() {
      if (abandoned.signal.aborted) return
      abandoned.abort(new Error('the property collector was abandoned'))
      void client.call('DestroyPropertyCollector', collector).catch(() => undefined)
    },
  }
}

function filterOver(list: ManagedObjectReference) {
  const members = { _typeName: 'TraversalSpec', name: 'members', type: 'ListView', path: 'view', skip: false }
  return {
    propSet: [
      { type: 'Task', all: false, pathSet: taskPaths },
      { type: 'VirtualMachine', all: false, pathSet: vmPaths },
    ],
    objectSet: [{ obj: list, skip: true, selectSet: [members] }],
    reportMissingObjectsInResults: true,
  }
}
