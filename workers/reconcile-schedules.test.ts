import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Client, Connection } from '@temporalio/client'
import { openFolders } from '@berth/database/open-folders.ts'
import { aConfiguration, anItem, aRequest, openWorld, siteId, type World } from '@berth/database/testing/world.ts'
import { reconcileWorkflowId } from '@berth/domain/task-queues.ts'
import { testServers } from '@berth/testing/test-servers.ts'
import { keepReconcileSchedules } from './reconcile-schedules.ts'

let world: World
let connection: Connection
let client: Client

beforeAll(async () => {
  world = await openWorld()
  connection = await Connection.connect({ address: testServers.temporalAddress })
  client = new Client({ connection, namespace: testServers.temporalNamespace })
})
afterAll(async () => {
  await client.schedule.getHandle(reconcileWorkflowId(siteId)).delete()
  await connection.close()
  await world.close()
})

/** Never due while the test runs. */
const tenYears = 10 * 365 * 86_400

const foldersLookedInto = async (items: ReturnType<typeof anItem>[]) => {
  const configuration = aConfiguration({ catalogItems: items })
  await keepReconcileSchedules(client, configuration, await openFolders(world.database), tenYears)
  const { action } = await client.schedule.getHandle(reconcileWorkflowId(siteId)).describe()
  const [look] = (action.type === 'startWorkflow' ? action.args : []) as [{ folderPaths: string[] }]
  return look.folderPaths
}

test('a site’s folders are those of its items, and those of open requests whose item is no longer offered', async () => {
  const another = anItem({ id: 'debian', folderPath: '/DC0/vm/berth-debian' })
  expect(await foldersLookedInto([anItem(), another])).toEqual(['/DC0/vm/berth', '/DC0/vm/berth-debian'])
  const id = await aRequest(world)
  expect(await foldersLookedInto([another])).toEqual(['/DC0/vm/berth-debian', '/DC0/vm/berth'])
  await world.database.pool.query(`update vm_requests set state = 'retired', closed_at = now() where id = $1`, [id])
  expect(await foldersLookedInto([another])).toEqual(['/DC0/vm/berth-debian'])
})
