import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { ApplicationFailure } from '@temporalio/common'
import type { VmRequest } from '@berth/contract/vm-request.ts'
import { anSshPublicKey } from '@berth/testing/builders.ts'
import { startStandInWorker, type SiteScript, type StandInWorker } from '@berth/testing/stand-in-worker.ts'
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
  sizeId: 'medium',
  leaseSeconds: 3_600,
  purpose: 'a test',
  sshPublicKeys: [anSshPublicKey],
}
const is = (state: VmRequest['state']) => (request: VmRequest) => request.state === state

async function requested(changes: Partial<typeof wish> = {}): Promise<string> {
  return (await world.as('developer').call('createVmRequest', { body: { ...wish, ...changes } })).body.id
}

async function active(): Promise<string> {
  const id = await requested({ sizeId: 'small' })
  await world.as('developer').vmRequestOnce(id, is('active'))
  return id
}

/** A request held at its clone. */
async function held(): Promise<VmRequest> {
  worker.script.cloneVm = () => Promise.reject(ApplicationFailure.nonRetryable('LocalDS_0', 'datastoreFull'))
  const id = await requested({ sizeId: 'small' })
  return world.as('operator').vmRequestOnce(id, is('held'))
}

describe('a VM request by REST', () => {
  test('waits for its approver, is approved, and is handed over with its ssh line', async () => {
    const [developer, approver] = [world.as('developer'), world.as('approver')]
    const id = await requested()
    await developer.vmRequestOnce(id, is('awaitingApproval'))
    const { body: waiting } = await approver.call('getVmRequest', { params: { id } })
    expect(waiting.actions).toEqual(['decideApproval'])
    expect(waiting.approvals).toMatchObject([
      { approvers: ['admin', 'approver'], approverNames: ['Name of admin', 'Name of approver'] },
    ])

    const { body: inbox } = await approver.call('listApprovals')
    const item = inbox.items.find(({ request }) => request.id === id)
    expect(item).toMatchObject({ ownersRequests: { open: expect.any(Number) }, lapsesAt: expect.any(String) })
    expect(item?.quota.find(({ resource }) => resource === 'vCpu')).toMatchObject({ requested: 2, limit: 200 })

    const decided = await approver.call('decideApproval', {
      params: { id },
      body: { decision: 'approved', reason: 'fine' },
    })
    expect(decided.status).toBe(200)
    expect(decided.body.approvals).toMatchObject([
      { decision: 'approved', by: 'approver', byName: 'Name of approver', reason: 'fine' },
    ])

    const handedOver = await developer.vmRequestOnce(id, is('active'))
    expect(handedOver.ssh?.command).toBe('ssh -p 2222 ubuntu@127.0.0.2')
    expect(handedOver.steps.map(({ name, state }) => `${name} ${state}`)).toEqual(
      expect.arrayContaining(['place done', 'clone done', 'powerOn done', 'waitForIp done']),
    )
    expect(handedOver.templatePath).toMatch(/^\/DC0\/vm\//)
    expect(handedOver.warnings).toMatchObject([{ event: 'leaseEnding' }])
    expect(handedOver.actions).toEqual(['extendLease', 'releaseVm'])

    const { body: decisions } = await approver.call('listApprovals', { query: { decidedBy: 'me' } })
    expect(decisions.items.map(({ request }) => request.id)).toContain(id)
    const { body: audit } = await developer.call('listVmRequestAudit', { params: { id } })
    expect(audit.items.map(({ event }) => event)).toEqual(expect.arrayContaining(['requested', 'handedOver']))
    expect(audit.items[0]).toMatchObject({ event: 'requested', by: 'developer', prevHash: null })
  })

  test('is declined with a reason, and then allows nothing', async () => {
    const id = await requested()
    await world.as('auditor').vmRequestOnce(id, is('awaitingApproval'))
    await world
      .as('approver')
      .call('decideApproval', { params: { id }, body: { decision: 'declined', reason: 'too big' } })
    const declined = await world.as('developer').vmRequestOnce(id, is('declined'))
    expect(declined.actions).toEqual([])
    const refusal = await world.as('developer').refusal('cancelRequest', { params: { id }, body: {} })
    expect(refusal).toMatchObject({
      code: 'actionNotAllowed',
      status: 409,
      state: 'declined',
      allowedIn: expect.arrayContaining(['validating']),
    })
  })

  test('is never decided by its owner, also if the owner is admin and approver', async () => {
    const { body } = await world.as('admin').call('createVmRequest', { body: wish })
    await world.as('auditor').vmRequestOnce(body.id, is('awaitingApproval'))
    const refusal = await world
      .as('admin')
      .refusal('decideApproval', { params: { id: body.id }, body: { decision: 'approved' } })
    expect(refusal).toMatchObject({ code: 'ownRequest', status: 403 })
    expect((await world.as('admin').call('getVmRequest', { params: { id: body.id } })).body.actions).not.toContain(
      'decideApproval',
    )
  })

  test('is extended, and the answer names the cap that bit', async () => {
    const id = await active()
    const extended = await world.as('developer').call('extendLease', { params: { id }, body: { leaseSeconds: 7_200 } })
    expect(extended.status).toBe(200)
    expect(extended.body).toMatchObject({ cappedBy: null, request: { lease: { extensionsUsed: 1 } } })

    const capped = await world
      .as('operator')
      .call('extendLease', { params: { id }, body: { leaseSeconds: 400 * 86_400 } })
    expect(capped.body).toMatchObject({ cappedBy: 'perGrant', leaseEndsAt: expect.any(String) })

    const refusal = await world.as('developer').refusal('extendLease', { params: { id }, body: { leaseSeconds: 60 } })
    expect(refusal).toMatchObject({ code: 'extensionNeedsApproval', status: 409, extensionsUsed: 2, freeExtensions: 2 })
  })

  test('repeats no action that is sent again with its key', async () => {
    const id = await active()
    const extend = { params: { id }, body: { leaseSeconds: 60 }, idempotencyKey: 'once' }
    const first = await world.as('developer').call('extendLease', extend)
    const again = await world.as('developer').call('extendLease', extend)
    expect(again.body).toMatchObject({
      leaseEndsAt: (first.body as { leaseEndsAt: string }).leaseEndsAt,
      request: { lease: { extensionsUsed: 1 } },
    })
  })

  test('is released and restored by its owner', async () => {
    const id = await active()
    expect(await world.as('developer').refusal('restoreVm', { params: { id }, body: {} })).toMatchObject({
      detail: 'The request is active; restoreVm is allowed in released.',
    })
    await world.as('developer').call('releaseVm', { params: { id }, body: { reason: 'done' } })
    const released = await world.as('developer').vmRequestOnce(id, is('released'))
    expect(released).toMatchObject({
      actions: ['restoreVm'],
      restorableUntil: expect.any(String),
      endedBy: 'Name of developer',
    })
    expect(released.ssh).toBeUndefined()
    const refusal = await world.as('operator').refusal('restoreVm', { params: { id }, body: {} })
    expect(refusal).toMatchObject({ code: 'forbidden', status: 403 })

    await world.as('developer').call('restoreVm', { params: { id }, body: {} })
    const restored = await world.as('developer').vmRequestOnce(id, is('active'))
    expect(restored.steps.some(({ name, round }) => name === 'powerOn' && round === 2)).toBe(true)
  })

  test('is cancelled while it is built, with nothing left', async () => {
    let cloned: (answer: { moid: string }) => void = () => undefined
    worker.script.cloneVm = () => new Promise((resolve) => (cloned = resolve))
    const id = await requested({ sizeId: 'small' })
    await world
      .as('developer')
      .vmRequestOnce(id, ({ steps }) => steps.some(({ name, state }) => name === 'clone' && state === 'running'))
    const cancelled = await world
      .as('developer')
      .call('cancelRequest', { params: { id }, body: { reason: 'no longer needed' } })
    expect(cancelled.body).toMatchObject({ state: 'retiring', retireTo: 'cancelled' })
    cloned({ moid: 'vm-3' })
    expect(await world.as('developer').vmRequestOnce(id, is('cancelled'))).toMatchObject({
      reasons: ['no longer needed'],
      endedBy: 'Name of developer',
    })
  })
})

describe('a held request', () => {
  test('says what may be done, and goes on after an operator’s retry', async () => {
    const { id, hold, actions, workflowUrl } = await held()
    expect(hold).toMatchObject({
      heldFrom: 'provisioning',
      step: 'clone',
      code: 'datastoreFull',
      actions: ['retry', 'abort', 'keep'],
    })
    expect(actions).toEqual(['cancelRequest', 'operatorDecision'])
    expect(workflowUrl).toBe(`http://temporal.example/namespaces/test/workflows/vm-request%3A${world.siteId}%3A${id}`)

    worker.script.cloneVm = site.cloneVm
    const decision = { step: 'clone', attempt: hold?.attempt ?? 0, action: 'retry' } as const
    await world.as('operator').call('operatorDecision', { params: { id }, body: decision })
    const handedOver = await world.as('developer').vmRequestOnce(id, is('active'))
    expect(handedOver.workflowUrl).toBeUndefined()
  })

  test('refuses a decision about an earlier attempt, a skip that is not safe, and overrides', async () => {
    const { id, hold } = await held()
    const attempt = hold?.attempt ?? 0
    const decide = (body: object) => world.as('operator').refusal('operatorDecision', { params: { id }, body })
    expect(await decide({ step: 'clone', attempt: attempt - 1, action: 'retry' })).toMatchObject({
      code: 'staleDecision',
      status: 409,
    })
    expect(await decide({ step: 'clone', attempt, action: 'skip' })).toMatchObject({
      status: 409,
      detail: 'Skip is not possible here; it can be retry or abort or keep.',
    })
    expect(await decide({ step: 'clone', attempt, action: 'retry', overrides: { datastore: 'x' } })).toMatchObject({
      code: 'malformed',
    })
    const aborted = await world
      .as('admin')
      .call('operatorDecision', { params: { id }, body: { step: 'clone', attempt, action: 'abort' } })
    expect(aborted.status).toBe(200)
    await world.as('operator').vmRequestOnce(id, is('failed'))
  })
})

test('the invariants hold at the end', async () => {
  expect(await worker.invariantsHold()).toBe(true)
})
