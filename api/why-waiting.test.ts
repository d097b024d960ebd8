import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { ApplicationFailure } from '@temporalio/common'
import type { Site } from '@berth/contract/site.ts'
import type { VmRequest } from '@berth/contract/vm-request.ts'
import type { Waiting } from '@berth/contract/waiting.ts'
import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import { anSshPublicKey } from '@berth/testing/builders.ts'
import { startStandInWorker, type SiteScript, type StandInWorker } from '@berth/testing/stand-in-worker.ts'
import { until } from '@berth/testing/until.ts'
import { startApiWorld, type ApiWorld } from './testing/api-world.ts'

let world: ApiWorld
let worker: StandInWorker
let site: SiteScript

beforeAll(async () => {
  world = await startApiWorld()
  worker = await startStandInWorker(world.database, world.siteId)
  site = { ...worker.script }
})

beforeEach(() => {
  Object.assign(worker.script, site)
})

afterAll(async () => {
  await worker?.stop()
  await world?.stop()
})

const wish = {
  catalogItemId: 'ubuntu-24-04',
  sizeId: 'small',
  leaseSeconds: 3_600,
  purpose: 'a test',
  sshPublicKeys: [anSshPublicKey],
}
const is = (state: VmRequest['state']) => (request: VmRequest) => request.state === state
const atStep = (name: string) => (request: VmRequest) =>
  request.steps.some((step) => step.name === name && step.state === 'running')
const operator = () => world.as('operator')
const owner = () => world.as('developer')

async function requested(changes: object = {}): Promise<string> {
  return (await owner().call('createVmRequest', { body: { ...wish, ...changes } })).body.id
}

const whyWaits = async (id: string): Promise<Waiting | null> =>
  (await owner().call('getWaiting', { params: { id } })).body.waiting

/** What is looked at again within two seconds is answered from memory. */
const waitsBecause = (id: string, words: RegExp): Promise<Waiting> =>
  until(
    `a wait that says ${words}`,
    async () => {
      const waiting = await whyWaits(id)
      if (waiting === null || !words.test(waiting.sentence)) throw new Error(`it says ${waiting?.sentence}`)
      return waiting
    },
    30,
  )

async function thisSite(): Promise<Site> {
  const found = (await operator().call('listSites')).body.items.find(({ id }) => id === world.siteId)
  if (found === undefined) throw new Error('the site is not listed')
  return found
}

const params = () => ({ params: { id: world.siteId } })

/** As if the request had stood there for an hour. */
const longAgo = (id: string) =>
  world.database.pool.query(`update steps set started_at = started_at - interval '1 hour' where request_id = $1`, [id])

describe('a site', () => {
  test('shows its agent with its slots, and what it works at', async () => {
    let cloned: (vm: { moid: string }) => void = () => undefined
    worker.script.cloneVm = () => new Promise((resolve) => (cloned = resolve))
    const id = await requested()
    await owner().vmRequestOnce(id, atStep('clone'))
    const busy = await until('a clone slot in use', async () => {
      const seen = await thisSite()
      return seen.agents[0]?.slots?.clones.used === 1 ? seen : undefined
    })
    expect(busy).toMatchObject({
      work: [{ step: 'clone', requests: 1 }],
      agents: [
        { identity: `agent/${world.siteId}/test/1.0.0`, version: '1.0.0', alive: true, host: expect.any(String) },
      ],
    })
    expect(busy.agents[0]?.slots?.clones.free).toBeGreaterThan(0)
    expect(await whyWaits(id)).toMatchObject({ sentence: 'The clone is under way' })
    cloned({ moid: 'vm-2' })
    await owner().vmRequestOnce(id, is('active'))
  })

  test('in maintenance keeps new clones waiting, says so to everybody, and lets them go on when it is over', async () => {
    const powered = await requested()
    await owner().vmRequestOnce(powered, is('active'))
    const begun = await operator().call('beginMaintenance', { ...params(), body: { reason: 'new storage' } })
    expect(begun.body.maintenance).toMatchObject({ by: 'operator', byName: 'Name of operator', reason: 'new storage' })
    const again = await world.as('admin').call('beginMaintenance', { ...params(), body: { reason: 'another' } })
    expect(again.body.maintenance).toEqual(begun.body.maintenance)

    const sentence = `Site ${world.siteId} is in maintenance by Name of operator: new storage`
    const id = await requested()
    await owner().vmRequestOnce(id, atStep('clone'))
    const waiting = await waitsBecause(id, /maintenance/)
    expect(waiting).toMatchObject({ sentence, since: begun.body.maintenance?.since })
    const { body: preview } = await owner().call('previewVmRequest', { body: wish })
    expect(preview.waitsFor?.sentence).toBe(sentence)
    await longAgo(id)
    const { items } = (await operator().call('listWaiting', { query: { site: world.siteId } })).body
    expect(items).toMatchObject([{ requestId: id, state: 'provisioning', sentence }])

    const cancelled = await requested()
    await owner().vmRequestOnce(cancelled, atStep('clone'))
    await owner().call('cancelRequest', { params: { id: cancelled }, body: {} })
    await owner().vmRequestOnce(cancelled, is('cancelled'))
    await owner().call('releaseVm', { params: { id: powered }, body: {} })
    await owner().vmRequestOnce(powered, is('released'))

    expect((await operator().call('endMaintenance', params())).body.maintenance).toBeUndefined()
    await owner().vmRequestOnce(id, is('active'))
    expect((await owner().call('previewVmRequest', { body: wish })).body.waitsFor).toBeUndefined()
    const { items: audit } = (await operator().call('listAudit', { query: { by: 'operator' } })).body
    const told = audit.filter(({ event }) => event.startsWith('maintenance'))
    expect(told.map(({ event, reason, change }) => [event, reason, change])).toEqual([
      ['maintenanceEnded', undefined, { siteId: world.siteId }],
      ['maintenanceBegun', 'new storage', { siteId: world.siteId }],
    ])
  })

  test('that nobody knows has no maintenance', async () => {
    const nowhere = { params: { id: 'nowhere' } }
    const refusal = await operator().refusal('beginMaintenance', { ...nowhere, body: { reason: 'x' } })
    expect(refusal).toMatchObject({ code: 'notFound' })
    expect(await operator().refusal('beginMaintenance', { ...params(), body: { reason: ' ' } })).toMatchObject({
      code: 'malformed',
    })
  })
})

describe('why a request waits is told', () => {
  test('while its approvers think', async () => {
    const id = await requested({ sizeId: 'medium' })
    const { approvals } = await owner().vmRequestOnce(id, is('awaitingApproval'))
    expect(await whyWaits(id)).toEqual({
      sentence: 'Waiting for Name of admin or Name of approver',
      since: approvals[0]?.openedAt,
      until: 'One of them decides; otherwise the request lapses',
      untilAt: expect.any(String),
      asPlanned: false,
    })
    const reminded = ['approver', 'admin'].map((name) =>
      world.database.pool.query(
        `insert into notices (id, request_id, event, audience, grant_number, stage, channel, recipient, subject, text, state, created_at, delivered_at)
         values (gen_random_uuid(), $1, 'approvalReminder', 'approvers', 0, '0', 'mail', $2, '', '', 'delivered', now(), now())`,
        [id, name],
      ),
    )
    await Promise.all(reminded)
    expect((await whyWaits(id))?.sentence).toBe('Waiting for Name of admin or Name of approver, reminded once')
    await owner().call('cancelRequest', { params: { id }, body: {} })
    await owner().vmRequestOnce(id, is('cancelled'))
    expect(await whyWaits(id)).toBeNull()
  })

  test('while vCenter refuses the login', async () => {
    worker.script.cloneVm = () => Promise.reject(ApplicationFailure.retryable('InvalidLogin', 'vcenterLoginRefused'))
    const id = await requested()
    await owner().vmRequestOnce(id, atStep('clone'))
    const { sentence } = await waitsBecause(id, /refuses/)
    expect(sentence).toMatch(/^The clone is tried again, attempt \d+: vCenter refuses the agent’s login: InvalidLogin$/)
    Object.assign(worker.script, site)
    await owner().vmRequestOnce(id, is('active'))
  })

  test('while its datastore bears no further clone', async () => {
    let cloned: (vm: { moid: string }) => void = () => undefined
    worker.script.cloneVm = () => {
      worker.heartbeat({ queuedFor: { datastore: 'ssd-07', limit: 4, before: 2 } })
      return new Promise((resolve) => (cloned = resolve))
    }
    const id = await requested()
    await owner().vmRequestOnce(id, atStep('clone'))
    const { sentence } = await waitsBecause(id, /datastore/)
    expect(sentence).toBe('The clone waits for datastore ssd-07, which bears 4 at a time, and about 2 come before it')
    cloned({ moid: 'vm-3' })
    await owner().vmRequestOnce(id, is('active'))
  })

  test('while its workflow is paused, and while it has none', async () => {
    const id = await requested()
    await owner().vmRequestOnce(id, is('active'))
    const workflowId = vmRequestWorkflowId(world.siteId, id)
    const handle = world.client.workflow.getHandle(workflowId)
    // A pause that met a workflow task under way was seen not to last.
    await until('the workflow to rest', async () => {
      const { raw } = await handle.describe()
      return !raw.pendingWorkflowTask && (raw.pendingActivities ?? []).length === 0
    })
    const { namespace } = world.client.options
    const order = { namespace, workflowId, identity: 'olga', reason: 'until noon', requestId: id }
    await world.client.workflowService.pauseWorkflowExecution(order)
    expect(await waitsBecause(id, /paused/)).toMatchObject({
      sentence: 'Its workflow is paused in the Temporal UI by olga: until noon',
    })
    await handle.terminate('a test')
    expect(await waitsBecause(id, /No workflow/)).toMatchObject({
      until: 'Berth starts it by itself within a few minutes',
    })
  })
})

test('the invariants hold at the end', async () => {
  expect(await worker.invariantsHold()).toBe(true)
})
