import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { controlPlaneQueue } from '@berth/domain/task-queues.ts'
import { reconcileSiteType } from '@berth/workflows/messages.ts'
import { openWorld, type World } from './testing/world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterEach(async () => {
  expect((await world.violations()).filter((violation) => !violation.startsWith('I2'))).toEqual([])
})
afterAll(() => world.close())

const reconcile = () =>
  world.client.workflow.execute(reconcileSiteType, {
    workflowId: `reconcile-${randomUUID()}`,
    taskQueue: controlPlaneQueue,
    args: [{ siteId: world.siteId, installationId: 'test', folderPaths: ['/DC0/vm/berth'] }],
  })

async function openFindings(): Promise<string[]> {
  const { rows } = await world.database.pool.query<{ kind: string; subject: string }>(
    'select kind, subject from findings where resolved_at is null order by kind, subject',
  )
  return rows.map(({ kind, subject }) => `${kind} ${subject}`)
}

test('a request whose workflow was terminated is put back under one, and its lease is enforced', async () => {
  const { id, life } = await world.ask({ leaseSeconds: 4, policy: { graceSeconds: 1 } })
  await world.until(id, 'active')
  await life.terminate('by hand')
  expect(await reconcile()).toMatchObject({ reopened: [id] })
  await world.until(id, 'retired')
})

test('a VM without an open request is reported and left alone, and the report ends with its cause', async () => {
  const { id } = await world.ask()
  await world.until(id, 'active')
  const copy = world.vcenter.addCopyOf(id, 'somebodys-copy')
  await reconcile()
  expect(await openFindings()).toEqual([`copy ${copy.instanceUuid}`])
  world.vcenter.vms.splice(world.vcenter.vms.indexOf(copy), 1)
  await reconcile()
  expect(await openFindings()).toEqual([])
})

test('a VM that vanished, was renamed or powered off by hand is reported', async () => {
  const vanished = await world.ask()
  const renamed = await world.ask()
  const off = await world.ask()
  for (const { id } of [vanished, renamed, off]) await world.until(id, 'active')
  world.vcenter.removeVm(vanished.id)
  const vm = world.vcenter.vmOf(renamed.id)
  if (vm !== undefined) vm.name = 'another-name'
  world.vcenter.powerOffByHand(off.id)
  await reconcile()
  await reconcile()
  expect(await openFindings()).toEqual(
    [`powerDrift ${off.id}`, `renamed ${renamed.id}`, `vanished ${vanished.id}`].sort(),
  )
})
