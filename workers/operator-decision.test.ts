import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { VcenterFault } from '@berth/activities/vcenter/vcenter-port.ts'
import { ApplicationFailure, WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client'
import {
  type OperatorDecision,
  cancelRequest,
  currentState,
  decideApproval,
  extendLease,
  operatorDecision,
  provisionVmType,
  releaseVm,
  reopenOptions,
  restoreVm,
  startOptions,
} from '@berth/workflows/messages.ts'
import { createRequestRecords } from '@berth/database/request-records.ts'
import { operatorActs } from '@berth/testing/operator-acts.ts'
import { until } from '@berth/testing/until.ts'
import type { provisionVm } from '@berth/workflows/index.ts'
import { openWorld, type Life, type World } from './testing/world.ts'

let world: World
let lastId = 0

const message = (by = 'operator') => ({ id: `decision-${++lastId}`, by })

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

type Decided = Omit<OperatorDecision, 'id' | 'by' | 'attempt'> & { attempt?: number }

const decide = (life: Life, decision: Decided) =>
  life.executeUpdate(operatorDecision, { args: [{ ...message(), attempt: 1, ...decision }] })

async function refusalOf(update: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error: unknown = await update.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure)
    return { code: error.cause.type ?? '', message: error.cause.message }
  throw new Error(`not refused: ${String(error)}`)
}

async function recorded(id: string) {
  const { rows } = await world.database.pool.query<{
    vm_name: string
    placement: { datastoreName: string } | null
    overrides: object | null
    reserved: string | null
  }>(
    `select r.vm_name, r.placement, r.overrides,
            (select string_agg(p.datastore_moid, ',') from placement_reservations p where p.request_id = r.id) as reserved
     from vm_requests r where r.id = $1`,
    [id],
  )
  return rows[0]
}

describe('a retry with changes', () => {
  test('on another datastore goes back to `place`, and takes the space there instead', async () => {
    world.vcenter.failNext('cloneVm', 'vcenterTaskFailed')
    const { id, life } = await world.ask()
    await world.until(id, 'held')
    expect(await recorded(id)).toMatchObject({ placement: { datastoreName: 'LocalDS_0' }, reserved: 'datastore-1' })
    await decide(life, { step: 'clone', action: 'retry', overrides: { datastore: 'LocalDS_1' } })
    await world.until(id, 'active')
    expect(await recorded(id)).toMatchObject({
      placement: { datastoreName: 'LocalDS_1' },
      overrides: { datastore: 'LocalDS_1' },
      reserved: null,
    })
    await world.keepHistory(id, 'retried-with-changes')
  })

  test('is needed by nobody when a datastore was full: a plain retry looks for a place again', async () => {
    world.vcenter.failNext('cloneVm', 'datastoreFull')
    const { id, life } = await world.ask()
    await world.until(id, 'held')
    const { findings } = world.vcenter
    world.vcenter.findings = {
      ...findings,
      datastores: findings.datastores.map((each) => (each.name === 'LocalDS_0' ? { ...each, freeGiB: 0 } : each)),
    }
    await decide(life, { step: 'clone', action: 'retry' })
    await world.until(id, 'active')
    world.vcenter.findings = findings
    expect(await recorded(id)).toMatchObject({ placement: { datastoreName: 'LocalDS_1' } })
  })

  test('and then cancelled while a place is sought: the clone whose answer was lost is waited for and undone', async () => {
    const clone = world.vcenter.slowNextClone()
    const { id, life } = await world.ask()
    await clone.reached
    clone.lose(new VcenterFault('vcenterTaskFailed', 'its answer was lost'))
    await world.until(id, 'held')
    const place = world.vcenter.holdNext('findPlacements')
    const before = world.vcenter.calls.destroyVm
    await decide(life, { step: 'clone', action: 'retry', overrides: { datastore: 'LocalDS_1' } })
    await place.reached
    await life.executeUpdate(cancelRequest, { args: [message('developer')] })
    place.release()
    await until('the VM to be looked for', async () => world.vcenter.calls.destroyVm > before)
    clone.release()
    expect(await life.result()).toMatchObject({ state: 'cancelled' })
    expect(world.vcenter.vmOf(id)).toBeUndefined()
  })

  test('cannot rename what a lost clone may be called, also where the hold is at `place`', async () => {
    world.vcenter.failNext('cloneVm', 'vcenterTaskFailed')
    const { id, life, request } = await world.ask()
    await world.until(id, 'held')
    world.vcenter.failNext('findPlacements', 'placementMissing')
    await decide(life, { step: 'clone', action: 'retry', overrides: { datastore: 'LocalDS_1' } })
    await world.until(id, ({ hold }) => hold?.step === 'place')
    const renamed = { vmName: `${request.vmName}-b` }
    expect(
      (await refusalOf(decide(life, { step: 'place', attempt: 2, action: 'retry', overrides: renamed }))).message,
    ).toContain('a VM of that name may exist')
    await decide(life, { step: 'place', attempt: 2, action: 'retry' })
    await world.until(id, 'active')
  })

  test('is not needed where a VM that is there finds no resources: it is powered on where it is', async () => {
    world.vcenter.failNext('powerOnVm', 'insufficientResources')
    const { id, life } = await world.ask()
    await world.until(id, 'held')
    await decide(life, { step: 'powerOn', action: 'retry' })
    await world.until(id, 'active')
    expect((await world.auditOf(id)).filter((event) => event === 'placed')).toHaveLength(1)
  })

  test('under another name makes the VM of that name, and the first name is free again', async () => {
    const { request, id, life } = await world.create({ policy: { undoSeconds: 1 } }).then(async (created) => {
      world.vcenter.addForeignVm({ name: created.request.vmName, instanceUuid: crypto.randomUUID() })
      await world.start(created.request)
      return created
    })
    const { hold } = await world.until(id, 'held')
    expect(hold).toMatchObject({ step: 'clone', code: 'nameTaken' })
    await decide(life, { step: 'clone', action: 'retry', overrides: { vmName: `${request.vmName}-b` } })
    await world.until(id, 'active')
    expect(world.vcenter.vmOf(id)).toMatchObject({ name: `${request.vmName}-b` })
    expect(await recorded(id)).toMatchObject({ vm_name: `${request.vmName}-b` })
    await world.releaseAndRetire(life)
    expect(world.vcenter.vmOf(id)).toBeUndefined()
  })

  test('is refused with what is allowed, and the request stays held', async () => {
    const other = await world.ask()
    await world.until(other.id, 'active')
    world.vcenter.failNext('findPlacements', 'placementMissing')
    const { id, life } = await world.ask()
    await world.until(id, 'held')
    const retry = (overrides: Record<string, string>) =>
      refusalOf(decide(life, { step: 'place', action: 'retry', overrides }))
    expect(await retry({ datastore: 'secret' })).toEqual({
      code: 'badMessage',
      message: 'datastore secret is not allowed; it can be LocalDS_0, LocalDS_1',
    })
    expect((await retry({ folder: '/DC0/vm' })).message).toContain('there is no choice of folder')
    expect((await retry({ vmName: 'No Label' })).message).toContain('not a DNS label')
    expect((await retry({ vmName: other.request.vmName })).code).toBe('nameTaken')
    expect((await world.until(id, 'held')).hold).toMatchObject({ step: 'place', attempt: 1 })
    await decide(life, { step: 'place', action: 'retry' })
    await world.until(id, 'active')
  })
})

describe('giving up', () => {
  test('can keep what was built for diagnosis; then it is for operators alone, and ends at its time', async () => {
    world.vcenter.failNext('waitForAddress', 'addressTimeout')
    const { id, life } = await world.ask()
    await world.until(id, 'held')
    await decide(life, { step: 'waitForIp', action: 'keep', keepSeconds: 3 })
    const { hold, reasons } = await world.until(id, (row) => row.hold?.actions.join() === 'abort')
    expect(hold).toMatchObject({ givenUp: true, step: 'waitForIp' })
    expect(reasons).toEqual([expect.stringContaining('planned by the test'), 'given up by an operator'])
    expect((await refusalOf(life.executeUpdate(cancelRequest, { args: [message('developer')] }))).code).toBe(
      'actionNotAllowed',
    )
    expect((await refusalOf(decide(life, { step: 'waitForIp', action: 'retry' }))).message).toContain('it can be abort')
    expect(world.vcenter.vmOf(id)).toMatchObject({ poweredOn: true })
    await world.until(id, 'failed')
    expect(world.vcenter.vmOf(id)).toBeUndefined()
    await expect(life.result()).rejects.toThrow(WorkflowFailedError)
    await world.keepHistory(id, 'kept-for-diagnosis')
  })

  test('is done by what the Temporal UI shows, with one’s own user id, also a second time at the same hold', async () => {
    const shown = async (life: Life) => {
      const { currentDetails } = await life.query<{ currentDetails: string }>('__temporal_workflow_metadata')
      const decision = /`(\{"id".*?\})`/.exec(currentDetails)?.[1]
      return { ...(JSON.parse(decision ?? '') as OperatorDecision), by: 'operator' }
    }
    world.vcenter.failNext('cloneVm', 'noPermission')
    const { id, life } = await world.ask()
    await world.until(id, 'held')
    const first = await until('the decision', () => shown(life))
    await life.executeUpdate(operatorDecision, { args: [{ ...first, action: 'keep' }] })
    const second = await until('another decision', async () => {
      const now = await shown(life)
      return now.action === 'abort' && now
    })
    await life.executeUpdate(operatorDecision, { args: [second] })
    await world.until(id, 'failed')
    await life.result().catch(() => undefined)
  })

  test('is not answered as done to who sends it under the id of a retry; the same retry again is', async () => {
    world.vcenter.failNext('cloneVm', 'noPermission')
    const { id, life } = await world.ask()
    await world.until(id, 'held')
    const copied = { id: 'clone-1-retry', step: 'clone', attempt: 1 } as const
    const retry = { ...copied, by: 'operator', action: 'retry' } as const
    const abort = { ...copied, by: 'developer', action: 'abort' } as const
    const first = await life.executeUpdate(operatorDecision, { args: [retry] })
    const refused = await refusalOf(life.executeUpdate(operatorDecision, { args: [abort] }))
    expect(refused).toMatchObject({ code: 'staleDecision', message: expect.stringContaining('"by":"operator"') })
    await world.until(id, 'active')
    await world.keepHistory(id, 'id-used-for-another-message')

    // The run that takes over has the messages from the record, and is given both again.
    await world.resetToStart(life)
    await world.untilAudited(id, 'reopened')
    const again = {
      args: [{ action: 'retry', attempt: 1, by: 'operator', step: 'clone', id: copied.id }] as [typeof retry],
    }
    expect(await life.executeUpdate(operatorDecision, again)).toEqual(first)
    expect((await refusalOf(life.executeUpdate(operatorDecision, { args: [abort] }))).code).toBe('staleDecision')
    expect((await world.auditOf(id)).filter((event) => event.startsWith('operator'))).toEqual(['operatorRetry'])
  })

  test('what is kept can be cleaned up before its time, and its owner is told once', async () => {
    world.vcenter.failNext('cloneVm', 'noPermission')
    const { id, life } = await world.ask()
    await world.until(id, 'held')
    await decide(life, { step: 'clone', action: 'keep' })
    await decide(life, { step: 'clone', action: 'abort' })
    await world.until(id, 'failed')
    await life.result().catch(() => undefined)
    const { rows } = await world.database.pool.query(
      `select state from notices where request_id = $1 and event = 'requestFailed'`,
      [id],
    )
    expect(rows).toEqual([{ state: 'delivered' }])
  })

  test('a restore that is held is given up by its owner: the VM is off, and ends with its undo time', async () => {
    const { id, life } = await world.ask({ policy: { undoSeconds: 5 } })
    await world.until(id, 'active')
    await life.executeUpdate(releaseVm, { args: [message('developer')] })
    await world.until(id, 'released')
    world.vcenter.failNext('waitForAddress', 'addressTimeout')
    await life.executeUpdate(restoreVm, { args: [message('developer')] })
    const { hold } = await world.until(id, 'held')
    expect(hold).toMatchObject({ heldFrom: 'released', step: 'waitForIp' })
    expect(world.vcenter.vmOf(id)).toMatchObject({ poweredOn: true })
    await life.executeUpdate(releaseVm, { args: [message('developer')] })
    await world.until(id, ({ state, intent }) => state === 'released' && intent === null)
    expect(world.vcenter.vmOf(id)).toMatchObject({ poweredOn: false })
    expect(await life.result()).toEqual({ state: 'retired' })
    await world.keepHistory(id, 'restore-given-up')
  })
})

describe('a VM that vanished', () => {
  test('is given back without an undo time: there is nothing to restore', async () => {
    const { id, life } = await world.ask({ policy: { undoSeconds: 86_400 } })
    await world.until(id, 'active')
    world.vcenter.removeVm(id)
    await life.executeUpdate(releaseVm, { args: [message('developer')] })
    expect(await life.result()).toEqual({ state: 'retired' })
    expect(world.vcenter.vmOf(id)).toBeUndefined()
    await world.keepHistory(id, 'vanished-then-released')
  })
})

describe('a workflow started by hand', () => {
  test('under another id is refused, and the request goes on in its own', async () => {
    const { id, life, request } = await world.ask()
    await world.until(id, 'active')
    const like = await world.client.workflow.start(provisionVmType, {
      ...startOptions(request),
      workflowId: `${life.workflowId}-again`,
    })
    await expect(like.result()).rejects.toThrow(WorkflowFailedError)
    expect(await world.auditOf(id)).not.toContain('reopened')
    await life.executeUpdate(releaseVm, { args: [message('developer')] })
    await world.until(id, 'released')
  })

  test('under the id of a request that has ended ends at once', async () => {
    const { id, life, request } = await world.ask({ policy: { undoSeconds: 1 } })
    await world.until(id, 'active')
    await world.releaseAndRetire(life)
    const again = await world.client.workflow.start(provisionVmType, reopenOptions(request))
    expect(await again.result()).toEqual({ state: 'retired' })
    expect(world.vcenter.mostVmsAtOnce(id)).toBe(1)
  })
})

describe('notices', () => {
  test('that a terminated run did not deliver are delivered by the one that takes over', async () => {
    world.courier.refuses = true
    const { id, life } = await world.ask()
    await world.until(id, 'active')
    const ready = () =>
      world.database.pool
        .query<{ state: string }>(`select state from notices where request_id = $1 and event = 'vmReady'`, [id])
        .then(({ rows }) => rows.map(({ state }) => state))
    expect(await ready()).toEqual(['pending'])
    await life.terminate('by hand')
    world.courier.refuses = false
    await world.repair.reopen(id)
    await world.untilAudited(id, 'reopened')
    await world.until(id, 'active')
    await until('the notice of the first run', async () => (await ready())[0] === 'delivered')
  })
})

describe('a Reset without the updates, to where the run only waits', () => {
  /** The approval was given, the VM is handed over; the new run waits for the approval again. */
  async function waitingInThePast() {
    const { id, life } = await world.ask({ sizeId: 'medium', leaseSeconds: 3_600 })
    await world.until(id, 'awaitingApproval')
    const acts = operatorActs(world, life.workflowId)
    // Recorded is not yet asked: the workflow task that records ends a moment later.
    await until('the workflow to rest', acts.isQuiet)
    const asked = (await acts.resetPoints()).at(-1)
    if (asked === undefined) throw new Error('no workflow task to reset to')
    const decision = { ...message('approver'), decision: 'approved' } as const
    await life.executeUpdate(decideApproval, { args: [decision] })
    await world.until(id, 'active')
    await acts.reset(asked, false)
    const current = world.client.workflow.getHandle<typeof provisionVm>(life.workflowId)
    return { id, current }
  }

  test('is noticed by the next message, which is then decided by the facts', async () => {
    const { id, current } = await waitingInThePast()
    await current.executeUpdate(extendLease, { args: [{ ...message('developer'), leaseSeconds: 60 }] })
    expect(await world.auditOf(id)).toContain('reopened')
    await current.executeUpdate(releaseVm, { args: [message('developer')] })
    await world.until(id, 'released')
    expect(world.vcenter.mostVmsAtOnce(id)).toBe(1)
  })

  test('is noticed by reconciling: the run looks again, and its lease is enforced', async () => {
    const { id, current } = await waitingInThePast()
    await world.repair.lookAgain(current.workflowId)
    await world.untilAudited(id, 'reopened')
    await until('the lease', async () => (await current.query(currentState)).state === 'active')
  })
})

describe('a workflow task that was lost after it had recorded', () => {
  test('is made up for when the run looks again: the request goes on from the record', async () => {
    const { id, life } = await world.ask({ sizeId: 'medium' })
    await world.until(id, 'awaitingApproval')
    const { runId } = await life.describe()
    const records = createRequestRecords(world.database)
    const { approvals, lastTransition = 0 } = await records.openRun({ requestId: id, runId })
    const approved = { approvalId: approvals[0]?.id ?? '', decision: 'approved' as const, by: 'approver' }
    await records.recordTransition(
      { requestId: id, runId },
      {
        requestId: id,
        n: lastTransition + 1,
        at: new Date().toISOString(),
        by: 'approver',
        event: 'approved',
        change: { state: 'provisioning', decision: approved },
        notices: [],
        message: { id: message('approver').id, answer: { state: 'provisioning' } },
      },
    )
    await world.repair.lookAgain(life.workflowId)
    await world.until(id, 'active')
    await life.executeUpdate(releaseVm, { args: [message('developer')] })
    await world.until(id, 'released')
    await world.keepHistory(id, 'looked-again')
  })
})
