import type { UnreadableVm } from '@berth/activities/vcenter/vcenter-port.ts'
import { isMoref, morefKey } from './managed-object.ts'
import type { ManagedObjectReference } from './managed-object.ts'
import { markerPaths } from './own-vm.ts'
import { readPropertiesBelow } from './read-properties.ts'
import type { Properties } from './read-properties.ts'
import type { SoapClient } from './soap-client.ts'

/** VMs, and the folders and vApps that they lie in, as one reading showed them. */
export interface SeenVms {
  /** By moid. */
  vms: Map<string, Properties>
  unreadable: UnreadableVm[]
  /** Of the folders that were looked into and those below; undefined when there is no such folder. */
  folderNamed(folder: ManagedObjectReference): unknown
  /** Whether the VM lies below the folders that were looked into. */
  isBelow(vm: Properties): boolean
}

const paths = {
  VirtualMachine: [
    ...['name', 'config.instanceUuid', ...markerPaths],
    ...['runtime.powerState', 'runtime.connectionState', 'guest.ipAddress', 'guest.net', 'parent', 'parentVApp'],
  ],
  Folder: ['name'],
  VirtualApp: ['name'],
}

/** What lies below the folders, and the VMs that are named, wherever they lie: a call for a thousand. */
export async function lookAtVms(
  client: SoapClient,
  { folders = [], vms: others = [] }: { folders?: ManagedObjectReference[]; vms?: ManagedObjectReference[] },
): Promise<SeenVms> {
  const lacking = new Map<string, string>()
  const read = await readPropertiesBelow(client, folders, paths, {
    others,
    denied: (object, { detail, faultType }) =>
      lacking.set(morefKey(object), String(detail['privilegeId'] ?? faultType)),
  })
  const vms = new Map<string, Properties>()
  const unreadable: UnreadableVm[] = []
  for (const [key, properties] of read) {
    const moid = key.slice(key.indexOf(':') + 1)
    if (!key.startsWith('VirtualMachine:')) continue
    const why = whyUnreadable(properties, lacking.get(key))
    if (why === undefined) vms.set(moid, properties)
    else unreadable.push({ name: String(properties['name'] ?? moid), moid, ...why })
  }
  return {
    vms,
    unreadable,
    folderNamed: (folder) => read.get(morefKey(folder))?.['name'],
    isBelow: ({ parent, parentVApp }) => [parent, parentVApp].some((each) => isMoref(each) && read.has(morefKey(each))),
  }
}

/** A VM that is being cloned has no configuration yet, and is connected; one whose datastore or host is away has none now. */
function whyUnreadable(
  properties: Properties,
  lacking: string | undefined,
): Pick<UnreadableVm, 'lacking' | 'state'> | undefined {
  if (lacking !== undefined) return { lacking }
  const state = String(properties['runtime.connectionState'] ?? 'connected')
  return properties['config.instanceUuid'] === undefined && state !== 'connected' ? { state } : undefined
}
