import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { listedFindings } from '@berth/database/listed-findings.ts'
import { tryAgain } from '@berth/database/try-again.ts'
import { controlPlaneQueue } from '@berth/domain/task-queues.ts'
import { until } from '@berth/testing/until.ts'
import { operatorDecision, releaseVm, reconcileSiteType } from '@berth/workflows/messages.ts'
import { openWorld, type World } from './testing/world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterEach(async () => {
  expect((await world.violations()).filter((violation) => !violation.startsWith('I2'))).toEqual([])
})
afterAll(() => world.close())

const reconcile = (workflowId = `reconcile-${randomUUID()}`) =>
  world.client.workflow.execute(reconcileSiteType, {
    workflowId,
    taskQueue: controlPlaneQueue,
    args: [
      {
        siteId: world.siteId,
        installationId: 'test',
        folderPaths: ['/DC0/vm/berth'],
        addresses: { allow: [], ignore: [] },
      },
    ],
  })

const pause = (workflowId: string) =>
  world.client.workflowService.pauseWorkflowExecution({
    namespace: world.client.options.namespace,
    workflowId,
    identity: 'oscar',
    reason: 'to look',
    requestId: randomUUID(),
  })

/** What people are shown: what enough runs in a row saw. */
async function shown(): Promise<string[]> {
  const findings = await listedFindings(world.database, { siteId: world.siteId })
  return findings
    .filter(({ repairedAt }) => repairedAt === undefined)
    .map(({ kind, subject }) => `${kind} ${subject}`)
    .sort()
}

async function active() {
  const { id } = await world.ask()
  await world.until(id, 'active')
  return id
}

test('a request whose workflow was terminated is put back under one, and its lease is enforced', async () => {
  const { id, life } = await world.ask({ leaseSeconds: 4, policy: { graceSeconds: 1 } })
  await world.until(id, 'active')
  await life.terminate('by hand')
  const workflowId = `reconcile-${randomUUID()}`
  expect(await reconcile(workflowId)).toMatchObject({ reopened: [id] })
  await world.until(id, 'retired')
  await world.keepRun('reconciled', workflowId)
  await world.keepHistory(id, 'reopened-by-reconciling')
})

test('a failed request that was opened again gets a run of its own, also while the old one still tells of its end', async () => {
  world.courier.refuses = true
  world.vcenter.failNext('cloneVm', 'noPermission')
  const { id, life } = await world.ask()
  await world.until(id, 'held')
  const abort = { id: randomUUID(), by: 'operator', step: 'clone', attempt: 1, action: 'abort' } as const
  await life.executeUpdate(operatorDecision, { args: [abort] })
  await world.until(id, 'failed')
  expect((await life.describe()).status.name).toBe('RUNNING')
  const opened = await tryAgain(world.database, { requestId: id, messageId: randomUUID(), by: 'operator' })
  expect(opened).toMatchObject({ outcome: 'reopened' })
  const newest = () => world.client.workflow.getHandle(life.workflowId).describe()
  const { runId: failed } = await newest()
  await until(
    'the new run',
    async () => {
      await reconcile()
      return (await newest()).runId !== failed
    },
    50,
  )
  world.courier.refuses = false
  await world.until(id, 'active')
})

test('a VM without an open request is reported and left alone, and the report ends with its cause', async () => {
  const copy = world.vcenter.addCopyOf(await active(), 'somebodys-copy')
  copy.poweredOn = false
  await reconcile()
  expect(await shown()).toEqual([`copy ${copy.instanceUuid}`])
  world.vcenter.vms.splice(world.vcenter.vms.indexOf(copy), 1)
  await reconcile()
  expect(await shown()).toEqual([])
})

test('whatever somebody does to a VM in vCenter is told by its class, and Berth does nothing to the VM', async () => {
  const { vcenter } = world
  const renamed = await active()
  const moved = await active()
  const off = await active()
  const untagged = await active()
  const reIdentified = await active()
  const shared = await active()
  const sharing = await active()
  Object.assign(vcenter.vmOf(renamed) ?? {}, { name: 'another-name' })
  vcenter.moveOut(moved)
  vcenter.powerOffByHand(off)
  vcenter.removeMarker(untagged)
  const newUuid = randomUUID()
  vcenter.reassignUuid(reIdentified, newUuid)
  vcenter.assignAddress(shared, vcenter.vmOf(sharing)?.address ?? '')
  const before = structuredClone(vcenter.vms)
  for (const _run of [1, 2]) await reconcile()
  expect(await shown()).toEqual(
    [
      `duplicateAddress ${shared}`,
      `duplicateAddress ${sharing}`,
      `moved ${moved}`,
      `powerDrift ${off}`,
      `reIdentified ${reIdentified}`,
      `reTagged ${untagged}`,
      `renamed ${renamed}`,
    ].sort(),
  )
  expect(vcenter.vms).toEqual(before)
  vcenter.reassignUuid(newUuid, reIdentified)
})

test('an address that changed is what people are shown, once two runs saw it', async () => {
  const id = await active()
  const { address } = await world.until(id, 'active')
  world.vcenter.assignAddress(id, '10.99.0.1')
  await reconcile()
  expect((await world.until(id, 'active')).address).toBe(address)
  await reconcile()
  expect((await world.until(id, 'active')).address).toBe('10.99.0.1')
  expect((await world.auditOf(id)).filter((event) => event === 'addressChanged')).toHaveLength(1)
  await reconcile()
  expect(await shown()).not.toContain(`addressChanged ${id}`)
})

test('a VM that vanished is told once to its owner and to operators; its release frees the quota', async () => {
  const { id, life } = await world.ask()
  await world.until(id, 'active')
  const clones = world.vcenter.calls.cloneVm
  world.vcenter.removeVm(id)
  world.courier.refuses = true
  await reconcile()
  await reconcile()
  expect(await shown()).toContain(`vanished ${id}`)
  world.courier.refuses = false
  const mails = () => world.courier.delivered.filter(({ subject }) => subject.includes('gone from vCenter'))
  expect(mails()).toEqual([])
  for (const _run of [1, 2]) await reconcile()
  expect(
    mails()
      .map(({ recipient }) => recipient)
      .sort(),
  ).toEqual(['developer@example.test', 'operator@example.test'])
  const held = async () =>
    (await world.database.pool.query('select 1 from quota_holds where request_id = $1', [id])).rowCount
  expect(await held()).toBe(1)
  expect(world.vcenter.calls.cloneVm).toBe(clones)
  await life.executeUpdate(releaseVm, { args: [{ id: randomUUID(), by: 'developer' }] })
  await life.result()
  expect(await held()).toBe(0)
  await reconcile()
  expect(await shown()).not.toContain(`vanished ${id}`)
})

test('a site that cannot be compared is said so, and why, until it is compared again', async () => {
  const why = async () => {
    const findings = await listedFindings(world.database, { siteId: world.siteId, kind: ['notCompared'] })
    return findings.map(({ subject, detail }) => [subject, detail])
  }
  world.vcenter.failUntilHealed('listOwnedVms', 'noPermission', 'System.Read on Folder group-v1')
  for (const _run of [1, 2]) await reconcile()
  expect(await why()).toEqual([
    [world.siteId, expect.stringContaining('System.Read on Folder group-v1 (noPermission)')],
  ])
  world.vcenter.heal('listOwnedVms')
  await reconcile()
  expect(await why()).toEqual([])
})

test('a lease that is over while its workflow is paused is told as overdue, and why', async () => {
  const { id, life } = await world.ask()
  await world.until(id, 'active')
  const leaseMoves = (hours: number) =>
    world.database.pool.query(
      `update vm_requests set lease_ends_at = lease_ends_at + make_interval(hours => $2) where id = $1`,
      [id, hours],
    )
  await leaseMoves(-2)
  await pause(life.workflowId)
  await reconcile()
  const [overdue] = await listedFindings(world.database, { requestId: id, kind: ['overdue'] })
  expect(overdue?.detail).toMatch(/is over, and it was not powered off: its workflow is paused by .*oscar.*to look/)
  await leaseMoves(2)
})
