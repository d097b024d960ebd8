import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { ApplicationFailure } from '@temporalio/common'
import type { EndpointBody } from '@berth/contract/endpoints.ts'
import type { VmRequest } from '@berth/contract/vm-request.ts'
import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import { anSshPublicKey } from '@berth/testing/builders.ts'
import { startStandInWorker, type SiteScript, type StandInWorker } from '@berth/testing/stand-in-worker.ts'
import { startApiWorld, type ApiWorld } from './testing/api-world.ts'

let world: ApiWorld
let worker: StandInWorker
let site: SiteScript

beforeAll(async () => {
  world = await startApiWorld({
    configuration: { quotas: [{ teamId: 'other', limits: { vms: 1 } }] },
  })
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
const operator = () => world.as('operator')

async function requested(changes: object = {}, by: 'developer' | 'stranger' = 'developer'): Promise<string> {
  return (await world.as(by).call('createVmRequest', { body: { ...wish, ...changes } })).body.id
}

const fail = (code: string, message: string) => () => Promise.reject(ApplicationFailure.nonRetryable(message, code))

async function held(changes: object = {}, by: 'developer' | 'stranger' = 'developer'): Promise<VmRequest> {
  return operator().vmRequestOnce(await requested(changes, by), is('held'))
}

async function failed(changes: object = {}, by: 'developer' | 'stranger' = 'developer'): Promise<VmRequest> {
  worker.script.cloneVm = fail('datastoreFull', 'LocalDS_0')
  const { id, hold } = await held(changes, by)
  const decision = { step: 'clone', attempt: hold?.attempt ?? 0, action: 'abort' } as const
  await operator().call('operatorDecision', { params: { id }, body: decision })
  Object.assign(worker.script, site)
  return operator().vmRequestOnce(id, is('failed'))
}

describe('requests held for the same cause', () => {
  test('are one group, retried together, and those held for another cause stay', async () => {
    worker.script.powerOnVm = fail('hostDisconnected', 'esx-4')
    worker.script.cloneVm = fail('insufficientResources', 'no hosts')
    const same = await Promise.all([held(), held(), held()])
    worker.script.cloneVm = fail('templateMissing', 'ubuntu')
    const other = await held()
    const cause = { siteId: world.siteId, step: 'clone', code: 'insufficientResources' } as const
    const { items } = (await operator().call('listHoldGroups', { query: { site: world.siteId } })).body
    expect(items).toMatchObject([
      { ...cause, requests: 3, example: expect.stringContaining('no hosts') },
      { step: 'clone', code: 'templateMissing', requests: 1 },
    ])

    Object.assign(worker.script, site)
    const { body } = await operator().call('retryHoldGroup', { body: { ...cause, reason: 'a host was added' } })
    expect(body.results.map(({ requestId, outcome }) => [requestId, outcome]).toSorted()).toEqual(
      same.map(({ id }) => [id, 'retried']).toSorted(),
    )
    expect(body.left).toBe(0)
    for (const { id } of same) {
      await operator().vmRequestOnce(id, is('active'))
      const audit = (await operator().call('listVmRequestAudit', { params: { id } })).body.items
      expect(audit.filter(({ event }) => event === 'operatorRetry')).toMatchObject([
        { by: 'operator', reason: 'a host was added' },
      ])
    }
    expect((await operator().call('getVmRequest', { params: { id: other.id } })).body.state).toBe('held')
  })

  test('are retried once for one key, even if they are held again since', async () => {
    worker.script.cloneVm = fail('noPermission', 'VirtualMachine.Inventory.Create')
    const { id, hold } = await held()
    const sent = {
      body: { siteId: world.siteId, step: 'clone', code: 'noPermission' } as const,
      idempotencyKey: 'once',
    }
    await operator().call('retryHoldGroup', sent)
    const again = await operator().vmRequestOnce(id, (now) => (now.hold?.attempt ?? 0) > (hold?.attempt ?? 0))
    await operator().call('retryHoldGroup', sent)
    const { body } = await operator().call('getVmRequest', { params: { id } })
    expect(body.hold?.attempt).toBe(again.hold?.attempt)
  })
})

describe('a held clone', () => {
  const decide = (id: string, body: object) =>
    operator().call('operatorDecision', { params: { id }, body: body as EndpointBody<'operatorDecision'> })

  test('is retried with another datastore and name, among what the item allows', async () => {
    const place = () => site.findPlacements()
    worker.script.findPlacements = async () => {
      const found = await place()
      return { ...found, datastores: [] }
    }
    const { id, hold, vmName } = await held()
    expect(hold).toMatchObject({ step: 'place', code: 'datastoreFull' })
    expect(hold?.overridable).toEqual({
      datastores: ['LocalDS_0', 'LocalDS_1'],
      networks: ['VM Network'],
      resourcePools: ['/DC0/host/DC0_C0/Resources'],
      vmName: true,
    })
    const asOwner = (await world.as('developer').call('getVmRequest', { params: { id } })).body
    expect(asOwner.hold?.overridable).toBeUndefined()

    const retry = { step: 'place', attempt: hold?.attempt, action: 'retry' } as const
    const refuse = (overrides: object) =>
      operator().refusal('operatorDecision', { params: { id }, body: { ...retry, overrides } })
    expect(await refuse({ datastore: 'somebody-elses' })).toMatchObject({
      code: 'malformed',
      detail: expect.stringContaining('somebody-elses is not allowed'),
    })
    expect(await refuse({ host: 'esx-1' })).toMatchObject({ code: 'malformed' })
    await operator().vmRequestOnce(await requested({ name: 'is-taken' }), is('held'))
    expect(await refuse({ vmName: 'is-taken' })).toMatchObject({ code: 'nameTaken', status: 409 })

    Object.assign(worker.script, site)
    await decide(id, { ...retry, overrides: { datastore: 'LocalDS_0', vmName: 'chosen-name' } })
    const handedOver = await operator().vmRequestOnce(id, is('active'))
    expect(handedOver.vmName).toBe('chosen-name')
    expect(vmName).not.toBe('chosen-name')
  })

  test('is kept for diagnosis, belongs to no group any more, and is cleaned up when somebody has seen it', async () => {
    worker.script.powerOnVm = fail('vcenterTaskFailed', 'the VM does not boot')
    const { id, hold } = await held()
    const about = { step: 'powerOn', attempt: hold?.attempt } as const
    const { body } = await decide(id, { ...about, action: 'keep', keepSeconds: 3_600, reason: 'for the storage team' })
    expect(body.hold).toMatchObject({ givenUp: true, actions: ['abort'], cleanUpAt: expect.any(String) })
    const { items } = (await operator().call('listHoldGroups')).body
    expect(items.filter(({ step }) => step === 'powerOn')).toEqual([])
    expect(await operator().call('getWaiting', { params: { id } })).toMatchObject({
      body: { waiting: { sentence: expect.stringContaining('kept for diagnosis'), untilAt: body.hold?.cleanUpAt } },
    })
    await decide(id, { ...about, action: 'abort' })
    expect((await operator().vmRequestOnce(id, is('failed'))).tryAgainFrom).toBe('validate')
  })

  test('refuses a decision that another operator was faster with, and says why', async () => {
    worker.script.cloneVm = fail('templateMissing', 'ubuntu')
    const { id, hold } = await held()
    const retry = { step: 'clone', attempt: hold?.attempt ?? 0, action: 'retry' } as const
    await decide(id, retry)
    await operator().vmRequestOnce(id, (now) => (now.hold?.attempt ?? 0) > retry.attempt)
    expect(await world.as('admin').refusal('operatorDecision', { params: { id }, body: retry })).toMatchObject({
      code: 'staleDecision',
      status: 409,
      detail: expect.stringContaining(`not at clone, attempt ${retry.attempt}`),
    })
    const later = { ...retry, attempt: retry.attempt + 1 }
    const wrong = (body: object) =>
      operator().refusal('operatorDecision', { params: { id }, body: { ...later, ...body } })
    expect(await wrong({ action: 'abort', overrides: { datastore: 'LocalDS_0' } })).toMatchObject({ code: 'malformed' })
    expect(await wrong({ keepSeconds: 60 })).toMatchObject({ code: 'malformed' })
  })
})

describe('a failed request', () => {
  test('is tried again by an operator from its first step, keeps its name, and is handed over', async () => {
    const { id, vmName, tryAgainFrom } = await failed()
    expect(tryAgainFrom).toBe('validate')
    const asOwner = (await world.as('developer').call('getVmRequest', { params: { id } })).body
    expect(asOwner.tryAgainFrom).toBeUndefined()

    const reason = 'the datastore was enlarged'
    const { status, body } = await operator().call('tryAgain', { params: { id }, body: { reason } })
    expect(status).toBe(200)
    expect(body.state).not.toBe('failed')
    const handedOver = await operator().vmRequestOnce(id, is('active'))
    expect(handedOver).toMatchObject({ vmName, reasons: [] })
    const audit = (await operator().call('listVmRequestAudit', { params: { id } })).body.items
    expect(audit.filter(({ event }) => event === 'reopened')).toMatchObject([{ by: 'operator', reason }])
  })

  test('keeps its approval: nobody is asked twice', async () => {
    worker.script.cloneVm = fail('datastoreFull', 'LocalDS_0')
    const id = await requested({ sizeId: 'medium' })
    await operator().vmRequestOnce(id, is('awaitingApproval'))
    await world.as('approver').call('decideApproval', { params: { id }, body: { decision: 'approved' } })
    const { hold } = await operator().vmRequestOnce(id, is('held'))
    const abort = { step: 'clone', attempt: hold?.attempt ?? 0, action: 'abort' } as const
    await operator().call('operatorDecision', { params: { id }, body: abort })
    const { tryAgainFrom } = await operator().vmRequestOnce(id, is('failed'))
    expect(tryAgainFrom).toBe('place')
    Object.assign(worker.script, site)
    await operator().call('tryAgain', { params: { id }, body: {} })
    expect((await operator().vmRequestOnce(id, is('active'))).approvals).toMatchObject([{ decision: 'approved' }])
  })

  test('is tried again once, however often one key is sent, and not while it is open', async () => {
    const { id } = await failed()
    const sent = { params: { id }, body: {}, idempotencyKey: 'again' }
    const answers = await Promise.all([1, 2, 3].map(() => operator().call('tryAgain', sent)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    await operator().vmRequestOnce(id, is('active'))
    expect((await operator().call('tryAgain', sent)).body.state).toBe('active')
    const { rows } = await world.database.pool.query('select 1 from runs where request_id = $1', [id])
    expect(rows).toHaveLength(2)
    expect(await operator().refusal('tryAgain', { params: { id }, body: {} })).toMatchObject({
      code: 'actionNotAllowed',
      status: 409,
      state: 'active',
      allowedIn: ['failed'],
    })
  })

  test('stays as it is when the quota no longer allows it', async () => {
    const { id } = await failed({}, 'stranger')
    const taker = await requested({}, 'stranger')
    const refusal = await operator().refusal('tryAgain', { params: { id }, body: {} })
    expect(refusal).toMatchObject({ code: 'quotaExceeded', status: 409, arithmetic: expect.any(Array) })
    expect((await operator().call('getVmRequest', { params: { id } })).body.state).toBe('failed')
    await operator().vmRequestOnce(taker, is('active'))
    const { runId } = await world.client.workflow.getHandle(vmRequestWorkflowId(world.siteId, id)).describe()
    const { rows } = await world.database.pool.query('select run_id from runs where request_id = $1', [id])
    expect(rows).toEqual([{ run_id: runId }])
  })

  test('stays as it is when its name belongs to another request now', async () => {
    const { id } = await failed({ name: 'wanted-name' })
    await operator().vmRequestOnce(await requested({ name: 'wanted-name' }), is('active'))
    const refusal = await operator().refusal('tryAgain', { params: { id }, body: {} })
    expect(refusal).toMatchObject({ code: 'nameTaken', status: 409, detail: expect.stringContaining('wanted-name') })
  })
})

test('the invariants hold at the end', async () => {
  expect(await worker.invariantsHold()).toBe(true)
})
