/**
 * The order of elements that vCenter insists on (WSDL sequences, base class first); the simulator does not check it.
 * A field is `name`, or `name:Type` when its value is an object of that type, or `name:any` when the object says its
 * own type. Only what Berth sends is listed, in the WSDL's order.
 */
interface Sequence {
  extends?: string
  fields: string
}

const methods = {
  RetrieveServiceContent: { fields: '' },
  Login: { fields: 'userName password locale' },
  Logout: { fields: '' },
  CurrentTime: { fields: '' },
  TerminateSession: { fields: 'sessionId' },

  CreatePropertyCollector: { fields: '' },
  DestroyPropertyCollector: { fields: '' },
  CreateFilter: { fields: 'spec:PropertyFilterSpec partialUpdates' },
  RetrievePropertiesEx: { fields: 'specSet:PropertyFilterSpec options:RetrieveOptions' },
  ContinueRetrievePropertiesEx: { fields: 'token' },
  WaitForUpdatesEx: { fields: 'version options:WaitOptions' },
  CancelWaitForUpdates: { fields: '' },
  CreateListView: { fields: 'obj' },
  ModifyListView: { fields: 'add remove' },

  FindByInventoryPath: { fields: 'inventoryPath' },
  FindChild: { fields: 'entity name' },
  FindAllByUuid: { fields: 'datacenter uuid vmSearch instanceUuid' },

  CreateFolder: { fields: 'name' },
  Rename_Task: { fields: 'newName' },
  MoveIntoFolder_Task: { fields: 'list' },
  MarkAsTemplate: { fields: '' },
  ReconfigureComputeResource_Task: { fields: 'spec:any modify' },
  CreateLocalDatastore: { fields: 'name path' },
  CloneVM_Task: { fields: 'folder name spec:VirtualMachineCloneSpec' },
  CreateVM_Task: { fields: 'config:VirtualMachineConfigSpec pool host' },
  ReconfigVM_Task: { fields: 'spec:VirtualMachineConfigSpec' },
  PowerOnVM_Task: { fields: 'host' },
  PowerOffVM_Task: { fields: '' },
  ShutdownGuest: { fields: '' },
  Destroy_Task: { fields: '' },
  CancelTask: { fields: '' },
  SetTaskState: { fields: 'state result:any fault:any' },
} as const satisfies Record<string, Sequence>

export type SoapMethod = keyof typeof methods
export const methodNames = Object.keys(methods) as SoapMethod[]

const types = {
  PropertyFilterSpec: { fields: 'propSet:PropertySpec objectSet:ObjectSpec reportMissingObjectsInResults' },
  PropertySpec: { fields: 'type all pathSet' },
  ObjectSpec: { fields: 'obj skip selectSet:any' },
  SelectionSpec: { fields: 'name' },
  TraversalSpec: { extends: 'SelectionSpec', fields: 'type path skip selectSet:any' },
  RetrieveOptions: { fields: 'maxObjects' },
  WaitOptions: { fields: 'maxWaitSeconds maxObjectUpdates' },

  VirtualMachineCloneSpec: {
    fields:
      'location:VirtualMachineRelocateSpec template config:VirtualMachineConfigSpec customization powerOn snapshot memory',
  },
  VirtualMachineRelocateSpec: {
    fields:
      'service folder datastore diskMoveType pool host disk transform deviceChange:VirtualDeviceConfigSpec profile',
  },
  VirtualMachineConfigSpec: {
    fields:
      'changeVersion name version createDate uuid instanceUuid guestId alternateGuestName annotation ' +
      'files:VirtualMachineFileInfo numCPUs numCoresPerSocket memoryMB deviceChange:VirtualDeviceConfigSpec ' +
      'extraConfig:OptionValue',
  },
  VirtualMachineFileInfo: { fields: 'vmPathName snapshotDirectory suspendDirectory logDirectory' },
  OptionValue: { fields: 'key value:any' },
  VirtualDeviceConfigSpec: { fields: 'operation fileOperation device:any profile backing' },

  VirtualDevice: {
    fields:
      'key deviceInfo:any backing:any connectable:VirtualDeviceConnectInfo slotInfo:any controllerKey unitNumber numaNode',
  },
  VirtualDeviceConnectInfo: { fields: 'migrateConnect startConnected allowGuestControl connected status' },
  VirtualDisk: { extends: 'VirtualDevice', fields: 'capacityInKB capacityInBytes' },
  VirtualEthernetCard: { extends: 'VirtualDevice', fields: 'addressType macAddress wakeOnLanEnabled' },
  VirtualE1000: { extends: 'VirtualEthernetCard', fields: '' },
  VirtualE1000e: { extends: 'VirtualEthernetCard', fields: '' },
  VirtualPCNet32: { extends: 'VirtualEthernetCard', fields: '' },
  VirtualSriovEthernetCard: { extends: 'VirtualEthernetCard', fields: '' },
  VirtualVmxnet: { extends: 'VirtualEthernetCard', fields: '' },
  VirtualVmxnet2: { extends: 'VirtualVmxnet', fields: '' },
  VirtualVmxnet3: { extends: 'VirtualVmxnet', fields: '' },
  VirtualVmxnet3Vrdma: { extends: 'VirtualVmxnet3', fields: '' },

  VirtualEthernetCardNetworkBackingInfo: { fields: 'deviceName useAutoDetect network inPassthroughMode' },
  VirtualEthernetCardOpaqueNetworkBackingInfo: { fields: 'opaqueNetworkId opaqueNetworkType' },
  VirtualEthernetCardDistributedVirtualPortBackingInfo: { fields: 'port:DistributedVirtualSwitchPortConnection' },
  DistributedVirtualSwitchPortConnection: { fields: 'switchUuid portgroupKey portKey connectionCookie' },
  VirtualDiskFlatVer2BackingInfo: {
    fields: 'fileName datastore backingObjectId diskMode split writeThrough thinProvisioned',
  },

  ClusterConfigSpecEx: { fields: 'dasConfig drsConfig:ClusterDrsConfigInfo' },
  ClusterDrsConfigInfo: { fields: 'enabled' },

  LocalizedMethodFault: { fields: 'fault:any localizedMessage' },
  NoDiskSpace: { fields: 'faultCause faultMessage file datastore' },
} as const satisfies Record<string, Sequence>

export interface Field {
  name: string
  /** The type of an object value; undefined for text, numbers, booleans and references. */
  type: string | undefined
}

const sequences: Record<string, Sequence> = { ...methods, ...types }
const parsed = new Map<string, readonly Field[]>()

/** The fields of a method's arguments or of a type, in order. A name that is not in the table is a bug. */
export function fieldsOf(name: string): readonly Field[] {
  const known = parsed.get(name)
  if (known !== undefined) return known
  const sequence = sequences[name]
  if (sequence === undefined) throw new Error(`${name} is not in the table of element orders`)
  const inherited = sequence.extends === undefined ? [] : fieldsOf(sequence.extends)
  const own = sequence.fields.split(' ').filter((text) => text !== '')
  const fields = [...inherited, ...own.map(toField)]
  parsed.set(name, fields)
  return fields
}

export const typeNames: readonly string[] = Object.keys(sequences)

function toField(text: string): Field {
  const [name = '', type] = text.split(':')
  return { name, type }
}
