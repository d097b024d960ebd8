import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startVcsim } from '@berth/testing/vcsim.ts'
import type { Vcsim } from '@berth/testing/vcsim.ts'
import { findByInventoryPath } from './inventory.ts'
import { isMoref } from './managed-object.ts'
import { readProperty } from './read-properties.ts'
import { vcsimUnderTest } from './testing/vcsim-under-test.ts'
import { runTask } from './vcenter-task.ts'

const clusterPath = '/DC0/host/DC0_C0'

describe('before anything is built', () => {
  let vcsim: Vcsim
  let vcenter: ReturnType<typeof vcsimUnderTest>
  let directory: string

  beforeAll(async () => {
    vcsim = await startVcsim({ hosts: 2 })
    vcenter = vcsimUnderTest(vcsim)
    directory = await mkdtemp(join(tmpdir(), 'berth-datastore-'))
    await addDatastoreOfOneHost('only-on-h0')
  })
  afterAll(async () => {
    await vcenter.stop()
    await rm(directory, { recursive: true })
  })

  const existing = async (path: string) => {
    const found = await findByInventoryPath(vcsim.access.client, path)
    if (found === undefined) throw new Error(`there is nothing at ${path}`)
    return found
  }

  async function addDatastoreOfOneHost(name: string) {
    const { client } = vcsim.access
    const host = await existing(`${clusterPath}/DC0_C0_H0`)
    const system = await readProperty(client, host, 'configManager.datastoreSystem')
    if (!isMoref(system)) throw new Error('the host has no datastore system')
    await client.call('CreateLocalDatastore', system, { name, path: directory })
  }

  async function setDrs(enabled: boolean) {
    const { client, stream } = vcsim.access
    const spec = { _typeName: 'ClusterConfigSpecEx', drsConfig: { enabled } }
    const cluster = await existing(clusterPath)
    await runTask(client, stream, 'ReconfigureComputeResource_Task', cluster, { spec, modify: true })
  }

  const find = (datastores = vcsim.rules.datastores) => vcenter.port.findPlacements({ ...vcsim.rules, datastores })

  test('a datastore that one host lacks is left out', async () => {
    const { datastores } = await find(['only-on-h0', 'LocalDS_0'])
    expect(datastores.map(({ name }) => name)).toEqual(['LocalDS_0'])
  })

  test('an item with no other datastore is refused, naming datastore and host', async () => {
    await expect(find(['only-on-h0'])).rejects.toMatchObject({
      code: 'placementMissing',
      message: expect.stringContaining('datastore only-on-h0 is not mounted by DC0_C0_H1'),
    })
  })

  test('a cluster whose DRS was switched off is refused until it is on again, although its paths are known', async () => {
    await find()
    await setDrs(false)
    await expect(find()).rejects.toMatchObject({
      code: 'placementMissing',
      message: expect.stringContaining('enable DRS'),
    })
    await setDrs(true)
    expect((await find()).datastores).toHaveLength(2)
  })

  test('costs the one call that reads the space anyway', async () => {
    await find()
    const before = vcenter.calls.length
    await find()
    expect(vcenter.calls.slice(before)).toEqual(['RetrievePropertiesEx'])
  })
})

describe('a cluster of one host', () => {
  let vcsim: Vcsim
  let vcenter: ReturnType<typeof vcsimUnderTest>

  beforeAll(async () => {
    vcsim = await startVcsim({ hosts: 1 })
    vcenter = vcsimUnderTest(vcsim)
  })
  afterAll(() => vcenter.stop())

  test('needs no DRS', async () => {
    const cluster = await findByInventoryPath(vcsim.access.client, clusterPath)
    if (cluster === undefined) throw new Error('there is no cluster')
    const spec = { _typeName: 'ClusterConfigSpecEx', drsConfig: { enabled: false } }
    const { client, stream } = vcsim.access
    await runTask(client, stream, 'ReconfigureComputeResource_Task', cluster, { spec, modify: true })
    expect((await vcenter.port.findPlacements(vcsim.rules)).datastores).toHaveLength(2)
  })
})
