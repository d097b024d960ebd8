import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { ApplicationFailure, WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client'
import {
  cancelRequest,
  decideApproval,
  extendLease,
  operatorDecision,
  provisionVmType,
  releaseVm,
  restoreVm,
  startOptions,
  type Applied,
} from '@berth/workflows/messages.ts'
import type { provisionVm } from '@berth/workflows/index.ts'
import { until } from '@berth/testing/until.ts'
import { openWorld, type Life, type World } from './testing/world.ts'

let world: World
let lastId = 0

const message = (by: string) => ({ id: `message-${++lastId}`, by })

/** The code of an update's refusal. */
async function refusalOf(update: Promise<Applied>): Promise<string> {
  const error: unknown = await update.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure)
    return error.cause.type ?? ''
  throw new Error(`not refused: ${String(error)}`)
}

beforeAll(async () => {
  world = await openWorld()
})
beforeEach(() => {
  world.courier.refuses = false
})
afterEach(async () => {
  expect(await world.violations()).toEqual([])
})
afterAll(() => world.close())

describe('a life without trouble', () => {
  test('small and short needs no approval: built, handed over, warned, powered off, destroyed', async () => {
    const { id, life } = await world.ask({ leaseSeconds: 4, policy: { graceSeconds: 4 } })
    await world.until(id, 'active')
    expect(world.vcenter.vmOf(id)).toMatchObject({ poweredOn: true })
    await world.until(id, 'expired')
    expect(world.vcenter.vmOf(id)).toMatchObject({ poweredOn: false })
    expect(await life.result()).toEqual({ state: 'retired' })
    expect(world.vcenter.vmOf(id)).toBeUndefined()
    expect(await world.auditOf(id)).toEqual(
      expect.arrayContaining([
        'requested',
        'placed',
        'cloned',
        'poweredOn',
        'handedOver',
        'expired',
        'graceEnded',
        'retired',
      ]),
    )
    await world.keepHistory(id, 'happy')
  })

  test('an approver lets it go on, and only the approver', async () => {
    const { id, life } = await world.ask({ sizeId: 'medium' })
    await world.until(id, 'awaitingApproval')
    expect(
      await refusalOf(
        life.executeUpdate(decideApproval, { args: [{ ...message('developer'), decision: 'approved' }] }),
      ),
    ).toBe('notAnApprover')
    await life.executeUpdate(decideApproval, { args: [{ ...message('approver'), decision: 'approved' }] })
    await world.until(id, 'active')
    await world.keepHistory(id, 'approved')
  })

  test('a decline ends it with its reason', async () => {
    const { id, life } = await world.ask({ sizeId: 'medium' })
    await world.until(id, 'awaitingApproval')
    await life.executeUpdate(decideApproval, {
      args: [{ ...message('approver'), decision: 'declined', reason: 'too large' }],
    })
    expect(await life.result()).toEqual({ state: 'declined', reasons: ['too large'] })
    await world.keepHistory(id, 'declined')
  })

  test('nobody decides: reminded, escalated, lapsed', async () => {
    const { id, life } = await world.ask({
      sizeId: 'medium',
      policy: { approvalReminderSeconds: 1, approvalEscalationSeconds: 2, approvalLapseSeconds: 3 },
    })
    expect(await life.result()).toEqual({ state: 'lapsed' })
    const mine = world.courier.delivered.filter(({ text }) => text.includes(id))
    expect(mine.map(({ recipient }) => recipient)).toEqual(
      expect.arrayContaining(['approver@example.test', 'operator@example.test', 'developer@example.test']),
    )
    await world.keepHistory(id, 'lapsed')
  })

  test('what is no longer offered when its workflow begins is rejected with the reason', async () => {
    const { id, request } = await world.create()
    await world.database.pool.query('update catalog_items set offered = false')
    const life = await world.client.workflow.start<typeof provisionVm>(provisionVmType, startOptions(request))
    expect(await life.result()).toMatchObject({ state: 'rejected', reasons: [expect.stringContaining('ubuntu-24-04')] })
    await world.database.pool.query('update catalog_items set offered = true')
    expect(await world.auditOf(id)).toContain('rejected')
    await world.keepHistory(id, 'rejected')
  })
})

describe('the lease', () => {
  test('is extended, once per message, and names the cap that bit', async () => {
    const { id, life } = await world.ask({ leaseSeconds: 600, policy: { maxGrantSeconds: 1_000 } })
    const before = await world.until(id, 'active')
    const asked = { ...message('developer'), leaseSeconds: 300 }
    const first = await life.executeUpdate(extendLease, { args: [asked] })
    expect(Date.parse(first.leaseEndsAt) - Date.parse(before.lease_ends_at ?? '')).toBe(300_000)
    expect(await life.executeUpdate(extendLease, { args: [asked] })).toEqual(first)
    const capped = await life.executeUpdate(extendLease, { args: [{ ...message('developer'), leaseSeconds: 900 }] })
    expect(capped.cappedBy).toBe('perGrant')
    expect(
      await refusalOf(life.executeUpdate(extendLease, { args: [{ ...message('developer'), leaseSeconds: 1 }] })),
    ).toBe('extensionNeedsApproval')
    await world.keepHistory(id, 'extended')
  })

  test('extended out of grace, the VM is powered on again in a second round', async () => {
    const { id, life } = await world.ask({ leaseSeconds: 2, policy: { graceSeconds: 600 } })
    await world.until(id, 'expired')
    await life.executeUpdate(extendLease, { args: [{ ...message('developer'), leaseSeconds: 600 }] })
    const row = await world.until(id, 'active')
    expect(row.address).not.toBeNull()
    expect(world.vcenter.vmOf(id)).toMatchObject({ poweredOn: true })
    await world.keepHistory(id, 'expired-then-extended')
  })

  test('given back, the VM can be restored while the lease has time left', async () => {
    const { id, life } = await world.ask({ leaseSeconds: 600 })
    await world.until(id, 'active')
    await life.executeUpdate(releaseVm, { args: [message('developer')] })
    await world.until(id, 'released')
    expect(world.vcenter.vmOf(id)).toMatchObject({ poweredOn: false })
    await life.executeUpdate(restoreVm, { args: [message('developer')] })
    await world.until(id, 'active')
    expect(world.vcenter.vmOf(id)).toMatchObject({ poweredOn: true })
    await world.keepHistory(id, 'released-then-restored')
  })

  test('given back for good, the VM is destroyed when the undo time is over', async () => {
    const { id, life } = await world.ask({ leaseSeconds: 600, policy: { undoSeconds: 1 } })
    await world.until(id, 'active')
    await life.executeUpdate(releaseVm, { args: [message('developer')] })
    expect(await life.result()).toEqual({ state: 'retired' })
    await world.keepHistory(id, 'released-then-retired')
  })

  test('given back by an operator, the VM is not destroyed before its owner was told, and then had time to restore it', async () => {
    const { id, life } = await world.ask({ leaseSeconds: 600, policy: { undoSeconds: 4 } })
    await world.until(id, 'active')
    world.courier.refuses = true
    await life.executeUpdate(releaseVm, { args: [message('operator')] })
    const { hold } = await world.until(id, 'held')
    expect(hold).toMatchObject({ heldFrom: 'released', step: 'warn', code: 'mailUnavailable' })
    expect(world.vcenter.vmOf(id)).toBeDefined()
    world.courier.refuses = false
    const retry = { step: 'warn', attempt: 1, action: 'retry' } as const
    await life.executeUpdate(operatorDecision, { args: [{ ...message('operator'), ...retry }] })
    await world.until(id, 'retired')
    await life.result()
    const { rows } = await world.database.pool.query<{ text: string; had_time: boolean }>(
      `select n.text, a.at >= n.delivered_at + interval '2 seconds' as had_time
       from notices n join audit_entries a using (request_id)
       where n.request_id = $1 and n.event = 'vmReleased' and n.state = 'delivered' and a.detail -> 'change' ->> 'state' = 'retiring'`,
      [id],
    )
    expect(rows).toEqual([{ had_time: true, text: expect.stringContaining('restore it on its page before then') }])
    await world.keepHistory(id, 'owner-told-late')
  })

  test('given back by an operator, what was said of the lease’s end before does not count; telling in person does', async () => {
    world.courier.refuses = true
    const { id, life } = await world.ask({ leaseSeconds: 2, policy: { graceSeconds: 600, undoSeconds: 1 } })
    await world.until(id, 'held')
    const told = { action: 'skip', step: 'warn', reason: 'told by telephone' } as const
    await life.executeUpdate(operatorDecision, { args: [{ ...message('operator'), ...told, attempt: 1 }] })
    await world.until(id, 'expired')
    await life.executeUpdate(releaseVm, { args: [message('operator')] })
    const { hold } = await world.until(id, 'held')
    expect(hold).toMatchObject({ heldFrom: 'released', step: 'warn', attempt: 2 })
    expect(world.vcenter.vmOf(id)).toBeDefined()
    await life.executeUpdate(operatorDecision, { args: [{ ...message('operator'), ...told, attempt: 2 }] })
    await world.until(id, 'retired')
    world.courier.refuses = false
    await life.result()
  })

  test('extended while the last warning is tried, it is neither held nor powered off', async () => {
    world.courier.refuses = true
    const { id, life } = await world.ask({ leaseSeconds: 2 })
    await world.until(id, ({ steps }) => steps['warn'] === 'running')
    await life.executeUpdate(extendLease, { args: [{ ...message('developer'), leaseSeconds: 600 }] })
    world.courier.refuses = false
    await until(
      'the warning to be given up',
      async () => (await world.until(id, () => true)).steps['warn'] === 'waiting',
    )
    expect((await world.until(id, () => true)).state).toBe('active')
    expect(world.vcenter.vmOf(id)).toMatchObject({ poweredOn: true })
  })

  test('is not ended without a delivered warning: an operator is asked, and the owner can still extend', async () => {
    world.courier.refuses = true
    const { id, life } = await world.ask({ leaseSeconds: 2 })
    const { hold } = await world.until(id, 'held')
    expect(hold).toMatchObject({
      heldFrom: 'active',
      step: 'warn',
      code: 'mailUnavailable',
      actions: ['retry', 'skip'],
    })
    expect(world.vcenter.vmOf(id)).toMatchObject({ poweredOn: true })
    await life.executeUpdate(extendLease, { args: [{ ...message('developer'), leaseSeconds: 600 }] })
    await world.until(id, 'active')
    world.courier.refuses = false
    await world.keepHistory(id, 'held-at-warn-then-extended')
  })
})

test('nobody to warn: the VM is not powered off, an operator is asked', async () => {
  const { id, life } = await world.ask({ leaseSeconds: 2, ownerEmail: null })
  const { hold } = await world.until(id, 'held')
  expect(hold).toMatchObject({ step: 'warn', code: 'warningUndeliverable' })
  expect(world.vcenter.vmOf(id)).toMatchObject({ poweredOn: true })
  await world.setOwnerEmail('developer@example.test')
  const retry = { step: 'warn', attempt: 1, action: 'retry' } as const
  await life.executeUpdate(operatorDecision, { args: [{ ...message('operator'), ...retry }] })
  await world.until(id, 'expired')
})

describe('trouble', () => {
  test('a full datastore holds the request; after a retry it goes on', async () => {
    world.vcenter.findings = {
      ...world.vcenter.findings,
      datastores: [{ name: 'LocalDS_1', moid: 'datastore-9', capacityGiB: 5, freeGiB: 3 }],
    }
    const { id, life } = await world.ask()
    const { hold } = await world.until(id, 'held')
    expect(hold).toMatchObject({
      heldFrom: 'provisioning',
      step: 'place',
      attempt: 1,
      code: 'datastoreFull',
      actions: ['retry', 'abort'],
    })
    world.vcenter.findings = {
      ...world.vcenter.findings,
      datastores: [{ name: 'LocalDS_0', moid: 'datastore-1', capacityGiB: 9_000, freeGiB: 9_000 }],
    }
    const decision = { step: 'place', attempt: 1, action: 'retry' } as const
    expect(
      await refusalOf(
        life.executeUpdate(operatorDecision, { args: [{ ...message('operator'), ...decision, attempt: 7 }] }),
      ),
    ).toBe('staleDecision')
    expect(
      await refusalOf(
        life.executeUpdate(operatorDecision, { args: [{ ...message('operator'), ...decision, action: 'skip' }] }),
      ),
    ).toBe('actionNotAllowed')
    await life.executeUpdate(operatorDecision, { args: [{ ...message('operator'), ...decision }] })
    await world.until(id, 'active')
    await world.keepHistory(id, 'held-then-retried')
  })

  test('aborted after the clone, what was built is destroyed and the workflow fails with the code', async () => {
    world.vcenter.failNext('powerOnVm', 'insufficientResources')
    const { id, life } = await world.ask()
    await world.until(id, 'held')
    await life.executeUpdate(operatorDecision, {
      args: [{ ...message('operator'), step: 'powerOn', attempt: 1, action: 'abort' }],
    })
    const failure = await life.result().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(WorkflowFailedError)
    expect(((failure as WorkflowFailedError).cause as ApplicationFailure).type).toBe('insufficientResources')
    expect(world.vcenter.vmOf(id)).toBeUndefined()
    await world.keepHistory(id, 'failed')
  })

  test('a hold that nobody decides is cleaned up after its time', async () => {
    world.vcenter.failNext('cloneVm', 'noPermission')
    const { id, life } = await world.ask({ policy: { holdCleanUpSeconds: 1 } })
    await world.until(id, 'failed')
    expect(world.vcenter.vmOf(id)).toBeUndefined()
    await life.result().catch(() => undefined)
    await world.keepHistory(id, 'hold-cleaned-up')
  })

  test('transient failures are retried without a person', async () => {
    world.vcenter.failNext('cloneVm', 'vcenterUnavailable')
    world.vcenter.loseNextAnswer('cloneVm')
    const { id } = await world.ask()
    await world.until(id, 'active')
    expect(world.vcenter.mostVmsAtOnce(id)).toBe(1)
  })

  test('no address: the operator skips the wait and hands over without one', async () => {
    world.vcenter.assignsAddresses = false
    const { id, life } = await world.ask({ policy: { addressTimeoutSeconds: 1 } })
    const { hold } = await world.until(id, 'held')
    world.vcenter.assignsAddresses = true
    expect(hold).toMatchObject({
      step: 'waitForIp',
      code: 'addressTimeout',
      actions: ['retry', 'skip', 'abort', 'keep'],
    })
    await life.executeUpdate(operatorDecision, {
      args: [{ ...message('operator'), step: 'waitForIp', attempt: 1, action: 'skip' }],
    })
    expect((await world.until(id, 'active')).address).toBeNull()
    await world.keepHistory(id, 'address-skipped')
  })

  test('cancelled during the clone: undone, nothing left', async () => {
    const clone = world.vcenter.holdNext('cloneVm')
    const { id, life } = await world.ask()
    await clone.reached
    await life.executeUpdate(cancelRequest, { args: [{ ...message('developer'), reason: 'changed my mind' }] })
    expect(await life.result()).toMatchObject({ state: 'cancelled' })
    expect(world.vcenter.vmOf(id)).toBeUndefined()
    await world.keepHistory(id, 'cancelled-during-clone')
  })

  test('cancelled while awaiting approval, or by Temporal’s own cancel', async () => {
    const first = await world.ask({ sizeId: 'medium' })
    await world.until(first.id, 'awaitingApproval')
    await first.life.executeUpdate(cancelRequest, { args: [message('developer')] })
    expect(await first.life.result()).toMatchObject({ state: 'cancelled' })
    await world.keepHistory(first.id, 'cancelled-before-building')
    const second = await world.ask({ sizeId: 'medium' })
    await world.until(second.id, 'awaitingApproval')
    await second.life.cancel()
    expect(await second.life.result()).toMatchObject({ state: 'cancelled' })
    await world.keepHistory(second.id, 'cancelled-by-temporal')
  })

  test('an active VM is not ended by Temporal’s own cancel', async () => {
    const { id, life } = await world.ask()
    await world.until(id, 'active')
    await life.cancel()
    await world.untilAudited(id, 'cancelIgnored')
    await life.executeUpdate(extendLease, { args: [{ ...message('developer'), leaseSeconds: 60 }] })
    expect((await world.until(id, 'active')).address).not.toBeNull()
    await world.keepHistory(id, 'cancel-ignored')
  })

  test('a message after the end is refused at once, although notices are still undelivered', async () => {
    const { id, life } = await world.ask({ sizeId: 'medium' })
    await world.until(id, 'awaitingApproval')
    world.courier.refuses = true
    await life.executeUpdate(cancelRequest, { args: [message('developer')] })
    expect(
      await refusalOf(life.executeUpdate(decideApproval, { args: [{ ...message('approver'), decision: 'approved' }] })),
    ).toBe('actionNotAllowed')
    world.courier.refuses = false
    expect(await life.result()).toMatchObject({ state: 'cancelled' })
  })

  test('malformed messages are refused with the shape that is expected', async () => {
    const { id, life } = await world.ask()
    await world.until(id, 'active')
    expect(
      await refusalOf(life.executeUpdate(extendLease, { args: [{ ...message('developer'), leaseSeconds: -1 }] })),
    ).toBe('badMessage')
    expect(
      await refusalOf(
        life.executeUpdate(operatorDecision, {
          args: [{ ...message('x'), step: 'clone', attempt: 1, action: 'skip', overrides: { datastore: 'x' } }],
        }),
      ),
    ).toBe('badMessage')
  })
})

describe('power-off and wake-up', () => {
  test('extended while it is powered off, the VM is on again', async () => {
    const off = world.vcenter.holdNext('powerOffVm')
    const { id, life } = await world.ask({ leaseSeconds: 2, policy: { graceSeconds: 600 } })
    await off.reached
    await life.executeUpdate(extendLease, { args: [{ ...message('developer'), leaseSeconds: 600 }] })
    off.release()
    await world.untilAudited(id, 'resumed')
    expect(world.vcenter.vmOf(id)).toMatchObject({ poweredOn: true })
  })

  test('extended out of a hold at the power-off, the VM is on again', async () => {
    world.vcenter.failNext('powerOffVm', 'noPermission')
    const { id, life } = await world.ask({ leaseSeconds: 2 })
    await world.until(id, 'held')
    world.vcenter.powerOffByHand(id)
    await life.executeUpdate(extendLease, { args: [{ ...message('developer'), leaseSeconds: 600 }] })
    await world.untilAudited(id, 'resumed')
    expect(world.vcenter.vmOf(id)).toMatchObject({ poweredOn: true })
  })

  test('a VM whose uuid and name somebody changed does not count as off', async () => {
    const { id, life } = await world.ask({ leaseSeconds: 3, policy: { graceSeconds: 2 } })
    await world.until(id, 'active')
    const vm = world.vcenter.vmOf(id)
    if (vm === undefined) throw new Error('no VM')
    const changed = crypto.randomUUID()
    world.vcenter.reassignUuid(id, changed)
    vm.name = 'renamed'
    const { hold } = await world.until(id, 'held')
    expect(hold).toMatchObject({ heldFrom: 'active', step: 'powerOff', code: 'notOurs' })
    expect(vm.poweredOn).toBe(true)
    world.vcenter.reassignUuid(changed, id)
    await life.executeUpdate(operatorDecision, {
      args: [{ ...message('operator'), step: 'powerOff', attempt: hold?.attempt ?? 0, action: 'retry' }],
    })
    await world.until(id, 'expired')
    expect(vm.poweredOn).toBe(false)
    expect(await life.result()).toEqual({ state: 'retired' })
    expect(world.vcenter.vms).not.toContain(vm)
  })

  test('powering on again is held, and tried again by an operator: the VM is on', async () => {
    world.vcenter.failNext('powerOffVm', 'noPermission')
    const { id, life } = await world.ask({ leaseSeconds: 2 })
    await world.until(id, 'held')
    world.vcenter.powerOffByHand(id)
    world.vcenter.failNext('powerOnVm', 'noPermission')
    await life.executeUpdate(extendLease, { args: [{ ...message('developer'), leaseSeconds: 600 }] })
    const { hold } = await world.until(id, ({ hold: now }) => now?.step === 'powerOn')
    await life.executeUpdate(operatorDecision, {
      args: [{ ...message('operator'), step: 'powerOn', attempt: hold?.attempt ?? 0, action: 'retry' }],
    })
    await world.untilAudited(id, 'resumed')
    expect(world.vcenter.vmOf(id)).toMatchObject({ poweredOn: true })
  })
})

describe('a database that is away for longer than a local activity is tried', () => {
  /** Resolves when the run has turned to an activity that is tried without limit. */
  const patience = (life: Life, activity: string) =>
    until(`the activity ${activity}`, async () => {
      const { events } = await life.fetchHistory()
      return events?.some(
        ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name === activity,
      )
    })

  test.each(['cloneVm', 'powerOffVm'] as const)('is waited for after %s, and the same run goes on', async (step) => {
    const held = world.vcenter.holdNext(step)
    const { id, life } = await world.ask({ leaseSeconds: 2 })
    await held.reached
    const { runId } = await life.describe()
    world.databaseLine.cut()
    held.release()
    await patience(life, 'recordTransition')
    world.databaseLine.mend()
    await world.until(id, 'expired')
    expect(await life.describe()).toMatchObject({ runId, status: { name: 'RUNNING' } })
  })

  test('keeps no warning from being sent once it is back', async () => {
    const ready = world.vcenter.holdNext('waitForAddress')
    const { id, life } = await world.ask({ leaseSeconds: 2 })
    await ready.reached
    ready.release()
    await world.until(id, 'active')
    world.databaseLine.cut()
    await patience(life, 'deliveredWarnings')
    world.databaseLine.mend()
    await world.until(id, 'expired')
    expect(world.courier.delivered.some(({ subject }) => subject.includes('lease'))).toBe(true)
  })
})

describe('runs', () => {
  test('an extension and a release with restore are not applied again by a reset', async () => {
    const { id, life } = await world.ask({ leaseSeconds: 600 })
    await world.until(id, 'active')
    const extended = await life.executeUpdate(extendLease, { args: [{ ...message('developer'), leaseSeconds: 60 }] })
    await life.executeUpdate(releaseVm, { args: [message('developer')] })
    await world.until(id, 'released')
    await life.executeUpdate(restoreVm, { args: [message('developer')] })
    await world.until(id, 'active')
    await world.resetToStart(life)
    await world.untilAudited(id, 'reopened')
    const current = world.client.workflow.getHandle(life.workflowId)
    await current.executeUpdate(extendLease, { args: [{ ...message('developer'), leaseSeconds: 60 }] })
    const row = await world.until(id, 'active')
    expect(Date.parse(row.lease_ends_at ?? '') - Date.parse(extended.leaseEndsAt)).toBe(60_000)
    const events = await world.auditOf(id)
    expect(events.filter((event) => event === 'releaseRequested')).toHaveLength(1)
    expect(world.vcenter.vmOf(id)).toMatchObject({ poweredOn: true })
  })

  test('a reset while a clone is under way makes no second VM', async () => {
    const clone = world.vcenter.holdNext('cloneVm')
    const { id, life } = await world.ask()
    await clone.reached
    await world.resetToLast(life)
    clone.release()
    await world.until(id, 'active')
    await world.untilAudited(id, 'reopened')
    expect(world.vcenter.mostVmsAtOnce(id)).toBe(1)
  })

  test('a terminated workflow is found, and another run goes on from the facts', async () => {
    const { id, life } = await world.ask({ leaseSeconds: 5, policy: { graceSeconds: 2 } })
    await world.until(id, 'active')
    await life.terminate('by hand')
    expect(await world.repair.isOpen(life.workflowId)).toBe(false)
    await world.repair.reopen(id)
    await world.until(id, 'retired')
    expect(
      world.vcenter.events.filter(({ kind, instanceUuid }) => kind === 'created' && instanceUuid === id),
    ).toHaveLength(1)
    expect(await world.auditOf(id)).toContain('reopened')
  })

  test('a reset to the beginning makes no second VM and loses no decision', async () => {
    const { id, life } = await world.ask({ sizeId: 'medium' })
    await world.until(id, 'awaitingApproval')
    await life.executeUpdate(decideApproval, { args: [{ ...message('approver'), decision: 'approved' }] })
    await world.until(id, 'active')
    const { workflowExecution } = await world.resetToStart(life)
    await world.until(id, 'active')
    await world.untilAudited(id, 'reopened')
    const current = world.client.workflow.getHandle(life.workflowId)
    await current.executeUpdate(extendLease, { args: [{ ...message('developer'), leaseSeconds: 60 }] })
    expect(workflowExecution.runId).not.toBe('')
    expect(
      world.vcenter.events.filter(({ kind, instanceUuid }) => kind === 'created' && instanceUuid === id),
    ).toHaveLength(1)
    await world.keepHistory(id, 'reset')
  })

  test('a failed request is replayed by a reset and can succeed', async () => {
    world.vcenter.failNext('cloneVm', 'noPermission')
    const { id, life } = await world.ask()
    await world.until(id, 'held')
    await life.executeUpdate(operatorDecision, {
      args: [{ ...message('operator'), step: 'clone', attempt: 1, action: 'abort' }],
    })
    await world.until(id, 'failed')
    await life.result().catch(() => undefined)
    await world.resetToStart(life, 'All')
    await world.until(id, 'active')
  })

  test('a failed request that is replayed and fails again tells its owner again', async () => {
    const { request, id, life } = await world.create()
    const current = () => world.client.workflow.getHandle<typeof provisionVm>(life.workflowId)
    for (const attempt of [1, 2]) {
      world.vcenter.failNext('cloneVm', 'noPermission')
      if (attempt === 1) await world.start(request)
      if (attempt === 2) await world.resetToStart(life, 'All')
      await world.until(id, ({ hold }) => hold?.attempt === attempt)
      const abort = { step: 'clone', attempt, action: 'abort' } as const
      await current().executeUpdate(operatorDecision, { args: [{ ...message('operator'), ...abort }] })
      await world.until(id, 'failed')
      await current()
        .result()
        .catch(() => undefined)
    }
    const told = world.courier.delivered.filter(
      ({ subject, recipient }) =>
        recipient === 'developer@example.test' && subject === `${request.vmName} could not be built`,
    )
    expect(told).toHaveLength(2)
  })
})
