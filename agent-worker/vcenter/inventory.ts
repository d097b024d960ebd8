import type { ManagedObjectReference } from './managed-object.ts'
import { moref } from './managed-object.ts'
import type { SoapClient } from './soap-client.ts'

/** The object at a vSphere inventory path such as `/DC0/vm/berth`, or undefined. */
export async function findByInventoryPath(
  client: SoapClient,
  inventoryPath: string,
): Promise<ManagedObjectReference | undefined> {
  const { searchIndex } = await client.serviceContent()
  return client.call('FindByInventoryPath', searchIndex, { inventoryPath: inventoryPath.replace(/^\/+/, '') })
}

/** Every VM that carries this instanceUuid: copies in transit and reassigned uuids make it more than one. */
export async function findAllByInstanceUuid(client: SoapClient, uuid: string): Promise<ManagedObjectReference[]> {
  const { searchIndex } = await client.serviceContent()
  return client.call('FindAllByUuid', searchIndex, { uuid, vmSearch: true, instanceUuid: true })
}

export async function findChild(
  client: SoapClient,
  folderMoid: string,
  name: string,
): Promise<ManagedObjectReference | undefined> {
  const { searchIndex } = await client.serviceContent()
  return client.call('FindChild', searchIndex, { entity: moref('Folder', folderMoid), name })
}
