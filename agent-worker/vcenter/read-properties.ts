import { moref, morefKey } from './managed-object.ts'
import type { ManagedObjectReference } from './managed-object.ts'
import type { SoapClient } from './soap-client.ts'
import { faultOf } from './soap-fault.ts'

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

const largestPage = 1000

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

/** The same, of all objects of a type below `root` (a folder, usually), page by page. */
export async function readPropertiesBelow(
  client: SoapClient,
  root: ManagedObjectReference,
  type: string,
  paths: readonly string[],
  pageSize = largestPage,
): Promise<Map<string, Properties>> {
  const { viewManager } = await client.serviceContent()
  const view = await client.call<ManagedObjectReference>('CreateContainerView', viewManager, {
    container: root,
    type: [type],
    recursive: true,
  })
  try {
    const traversal = { _typeName: 'TraversalSpec', name: 'view', type: 'ContainerView', path: 'view', skip: false }
    const propSet = [{ type, all: false, pathSet: paths }]
    const objectSet = [{ obj: view, skip: true, selectSet: [traversal] }]
    return await retrieve(client, { propSet, objectSet }, pageSize)
  } finally {
    await client.call('DestroyView', view).catch(() => undefined)
  }
}

/** The same, of the objects that the property `along` of `from` refers to, in one call. */
export async function readPropertiesAlong(
  client: SoapClient,
  from: ManagedObjectReference,
  along: string,
  type: string,
  paths: readonly string[],
): Promise<Map<string, Properties>> {
  const traversal = { _typeName: 'TraversalSpec', name: along, type: from.type, path: along, skip: false }
  const propSet = [{ type, all: false, pathSet: paths }]
  const objectSet = [{ obj: from, skip: true, selectSet: [traversal] }]
  return retrieve(client, { propSet, objectSet, reportMissingObjectsInResults: true })
}

/** One property of one object; undefined if either does not exist. */
export async function readProperty(client: SoapClient, obj: ManagedObjectReference, path: string): Promise<unknown> {
  return (await readProperties(client, [{ obj, paths: [path] }])).get(morefKey(obj))?.[path]
}

async function retrieve(
  client: SoapClient,
  spec: Record<string, unknown>,
  pageSize = largestPage,
): Promise<Map<string, Properties>> {
  const { propertyCollector } = await client.serviceContent()
  const found = new Map<string, Properties>()
  let page = await client.call<RetrieveResult | undefined>('RetrievePropertiesEx', propertyCollector, {
    specSet: [spec],
    options: { maxObjects: pageSize },
  })
  for (;;) {
    for (const object of page?.objects ?? []) addObject(found, object)
    if (page?.token === undefined) return found
    page = await client.call('ContinueRetrievePropertiesEx', propertyCollector, { token: page.token })
  }
}

function addObject(found: Map<string, Properties>, { obj, propSet = [], missingSet = [] }: ObjectContent): void {
  const faults = missingSet.map(({ fault }) => faultOf('RetrievePropertiesEx', fault))
  if (faults.some(({ faultType }) => faultType === 'ManagedObjectNotFound')) return
  const denied = faults.find(({ faultType }) => faultType === 'NoPermission')
  if (denied !== undefined) throw denied
  const properties = Object.fromEntries(propSet.map(({ name, val }) => [name, val]))
  const key = morefKey(moref(obj.type, obj.value))
  found.set(key, { ...found.get(key), ...properties })
}
