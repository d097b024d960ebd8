import { moref, morefKey } from './managed-object.ts'
import type { ManagedObjectReference } from './managed-object.ts'
import type { SoapClient } from './soap-client.ts'
import { faultOf } from './soap-fault.ts'
import type { SoapFault } from './soap-fault.ts'

export type Properties = Readonly<Record<string, unknown>>

interface ObjectContent {
  obj: ManagedObjectReference
  propSet?: { name: string; val?: unknown }[]
  missingSet?: { path: string; fault: unknown }[]
}

interface RetrieveResult {
  token?: string
  objects?: ObjectContent[]
}

interface PropertyRead {
  obj: ManagedObjectReference
  paths: readonly string[]
}

/** vSphere's PropertyFilterSpec: which properties of which objects. */
type Selection = Record<string, unknown>

/** Told of an object some of whose properties the account may not read; what could be read of it is kept. */
type Denied = (object: ManagedObjectReference, fault: SoapFault) => void

/** A thousand VMs, and the folders among them. */
const largestPage = 1_100

/**
 * Properties of the given objects in one call, by `morefKey`. An object that no longer exists is not in the answer;
 * a property that is unset is not in its object.
 */
export async function readProperties(
  client: SoapClient,
  reads: readonly PropertyRead[],
): Promise<Map<string, Properties>> {
  const wanted = new Map(reads.map((read) => [morefKey(read.obj), read]))
  if (wanted.size === 0) return new Map()
  // One specification per type: reads of one type share their paths.
  const pathsByType = Map.groupBy(wanted.values(), ({ obj }) => obj.type)
  const propSet = [...pathsByType].map(([type, ofType]) => ({
    type,
    all: false,
    pathSet: [...new Set(ofType.flatMap(({ paths }) => paths))],
  }))
  const objectSet = [...wanted.values()].map(({ obj }) => ({ obj, skip: false }))
  return retrieve(client, { propSet, objectSet, reportMissingObjectsInResults: true })
}

/**
 * The same, page by page, of everything of the types in `pathsByType` at and below `folders`, and of `others`, wherever
 * they are. It makes no view: making and destroying one are two more calls, and a simulator up to 0.56 that is waited on
 * may deadlock over it.
 */
export async function readPropertiesBelow(
  client: SoapClient,
  folders: readonly ManagedObjectReference[],
  pathsByType: Readonly<Record<string, readonly string[]>>,
  {
    others = [],
    denied,
    pageSize,
  }: { others?: readonly ManagedObjectReference[]; denied?: Denied; pageSize?: number } = {},
): Promise<Map<string, Properties>> {
  if (folders.length + others.length === 0) return new Map()
  const propSet = Object.entries(pathsByType).map(([type, pathSet]) => ({ type, all: false, pathSet }))
  const objectSet = [
    ...folders.map((obj) => ({ obj, skip: false, selectSet: downTheVmFolders })),
    ...others.map((obj) => ({ obj, skip: false })),
  ]
  return retrieve(client, { propSet, objectSet, reportMissingObjectsInResults: true }, denied, pageSize)
}

const on = (...names: string[]) => names.map((name) => ({ _typeName: 'SelectionSpec', name }))
const along = (name: string, type: string, path: string, selectSet: object[]) => ({
  ...{ _typeName: 'TraversalSpec', name, type, path, skip: false, selectSet },
})

/** Through folders within folders, and the vApps in them. */
const downTheVmFolders = [
  along('inFolder', 'Folder', 'childEntity', on('inFolder', 'vmFolder', 'inApp')),
  along('vmFolder', 'Datacenter', 'vmFolder', on('inFolder')),
  along('inApp', 'VirtualApp', 'vm', []),
]

/** The same, of the objects that the property `path` of `from` refers to, in one call. */
export async function readPropertiesAlong(
  client: SoapClient,
  from: ManagedObjectReference,
  path: string,
  type: string,
  paths: readonly string[],
): Promise<Map<string, Properties>> {
  const propSet = [{ type, all: false, pathSet: paths }]
  const objectSet = [{ obj: from, skip: true, selectSet: [along(path, from.type, path, [])] }]
  return retrieve(client, { propSet, objectSet, reportMissingObjectsInResults: true })
}

/** One property of one object; undefined if either does not exist. */
export async function readProperty(client: SoapClient, obj: ManagedObjectReference, path: string): Promise<unknown> {
  return (await readProperties(client, [{ obj, paths: [path] }])).get(morefKey(obj))?.[path]
}

async function retrieve(
  client: SoapClient,
  selection: Selection,
  denied: Denied = refuse,
  pageSize = largestPage,
): Promise<Map<string, Properties>> {
  const { propertyCollector } = await client.serviceContent()
  const found = new Map<string, Properties>()
  let page = await client.call<RetrieveResult | undefined>('RetrievePropertiesEx', propertyCollector, {
    specSet: [selection],
    options: { maxObjects: pageSize },
  })
  for (;;) {
    for (const object of page?.objects ?? []) addObject(found, object, denied)
    if (page?.token === undefined) return found
    page = await client.call('ContinueRetrievePropertiesEx', propertyCollector, { token: page.token })
  }
}

function refuse(_object: ManagedObjectReference, fault: SoapFault): never {
  throw fault
}

function addObject(
  found: Map<string, Properties>,
  { obj, propSet = [], missingSet = [] }: ObjectContent,
  denied: Denied,
): void {
  const faults = missingSet.map(({ fault }) => faultOf('RetrievePropertiesEx', fault))
  if (faults.some(({ faultType }) => faultType === 'ManagedObjectNotFound')) return
  const refused = faults.find(({ faultType }) => faultType === 'NoPermission')
  const object = moref(obj.type, obj.value)
  if (refused !== undefined) denied(object, refused)
  const properties = Object.fromEntries(propSet.map(({ name, val }) => [name, val]))
  const key = morefKey(object)
  found.set(key, { ...found.get(key), ...properties })
}
