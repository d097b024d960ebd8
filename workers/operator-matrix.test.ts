import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import {
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client'
import { operatorActs } from '@berth/testing/operator-acts.ts'
import { until } from '@berth/testing/until.ts'
import {
  cancelRequest,
  decideApproval,
  extendLease,
  operatorDecision,
  provisionVmType,
  releaseVm,
  startOptions,
} from '@berth/workflows/messages.ts'
import type { provisionVm } from '@berth/workflows/index.ts'
import { openWorld, type Asked, type World } from './testing/world.ts'

let world: World

const leaseSeconds = 3
const extensionSeconds = 1
/** The workflow task after which a run waits for the approver. */
const waitsForApproval = 1

beforeAll(async () => {
  world = await openWorld({ policy: { graceSeconds: 2 } })
})
afterEach(async () => {
  expect(await world.violations()).toEqual([])
})
afterAll(() => world.close())

/** Sends what the API would: the same message again until it is answered, whichever run is there. */
async function told(send: () => Promise<unknown>): Promise<void> {
  await until('an answer', () =>
    send().then(
      () => true,
      (error: unknown) => {
        const mayComeAgain =
          error instanceof WorkflowNotFoundError ||
          isGrpcServiceError(error) ||
          (error instanceof WorkflowUpdateFailedError && /AcceptedUpdateCompletedWorkflow/.test(String(error.cause)))
        if (mayComeAgain) return false
        throw error
      },
    ),
  )
}

/** One whole life with a decision and an extension; `meanwhile` is what the operator does in it. */
async function wholeLife(
  meanwhile: (acts: ReturnType<typeof operatorActs>) => Promise<void>,
  given: Asked = {},
): Promise<string> {
  const { id, life } = await world.ask({ sizeId: 'medium', leaseSeconds, ...given })
  const current = () => world.client.workflow.getHandle<typeof provisionVm>(life.workflowId)
  const acts = operatorActs(world, life.workflowId)
  const acting = meanwhile(acts)
  await world.until(id, 'awaitingApproval')
  const decision = { id: randomUUID(), by: 'approver', decision: 'approved' } as const
  await told(() => current().executeUpdate(decideApproval, { args: [decision] }))
  await world.until(id, 'active')
  const extension = { id: randomUUID(), by: 'developer', leaseSeconds: extensionSeconds }
  await told(() => current().executeUpdate(extendLease, { args: [extension] }))
  await world.until(id, 'retired')
  await acting
  await until('the last run to end', async () => !(await acts.isOpen()))
  return id
}

/** What must be so of every such life, whatever was done to it. */
async function livedOnce(id: string): Promise<string[]> {
  const { rows } = await world.database.pool.query<{ event: string; at: string }>(
    'select event, at::text from audit_entries where request_id = $1 order by seq',
    [id],
  )
  const { rows: grants } = await world.database.pool.query<{ n: number }>(
    'select count(*)::int as n from lease_grants where request_id = $1',
    [id],
  )
  const { rows: ends } = await world.database.pool.query<{ early: boolean }>(
    `select e.at < r.lease_ends_at as early from audit_entries e join vm_requests r on r.id = e.request_id
     where r.id = $1 and e.event = 'expired'`,
    [id],
  )
  const times = (wanted: string) => rows.filter(({ event }) => event === wanted).length
  const created = world.vcenter.events.filter((event) => event.kind === 'created' && event.instanceUuid === id).length
  return [
    ...(created === 1 ? [] : [`${created} VMs were made`]),
    ...(grants[0]?.n === 2 ? [] : [`${grants[0]?.n} lease grants`]),
    ...['approved', 'handedOver', 'extended', 'expired', 'retired'].flatMap((event) =>
      times(event) === 1 ? [] : [`${event} was recorded ${times(event)} times`],
    ),
    ...(ends.every(({ early }) => !early) ? [] : ['powered off before its lease ended']),
  ]
}

describe('Reset at the end of a workflow task of a life', () => {
  let points = 0
  beforeAll(async () => {
    const whole = await wholeLife(async (acts) => {
      await until('its end', async () => !(await acts.isOpen()))
      points = (await acts.resetPoints()).length
    })
    expect(await livedOnce(whole)).toEqual([])
    expect(points).toBeGreaterThan(10)
  })

  test.each([
    ['with the updates after it applied again', true, 0],
    ['without them, once the approval is behind', false, waitsForApproval + 1],
  ])(
    '%s: one VM, one decision, one extension, one end',
    async (_how, reapply, first) => {
      const found = await Promise.all(
        Array.from({ length: points - first }, async (_, offset) => {
          const nth = first + offset
          const id = await wholeLife((acts) => resetAt(acts, nth, reapply))
          return (await livedOnce(id)).map((what) => `reset at ${nth} of ${points}: ${what}`)
        }),
      )
      expect(found.flat()).toEqual([])
    },
    120_000,
  )
})

test('a Reset to the first workflow task cures a run that was reset to where it waits for what was decided', async () => {
  const { id, life } = await world.ask({ sizeId: 'medium', leaseSeconds: 600 })
  const acts = operatorActs(world, life.workflowId)
  const current = () => world.client.workflow.getHandle<typeof provisionVm>(life.workflowId)
  await world.until(id, 'awaitingApproval')
  const decision = { id: randomUUID(), by: 'approver', decision: 'approved' } as const
  await current().executeUpdate(decideApproval, { args: [decision] })
  await world.until(id, 'active')
  const points = await acts.resetPoints()
  await acts.reset(points[waitsForApproval] ?? '', false)
  await acts.reset(points[0] ?? '', true)
  await world.untilAudited(id, 'reopened')
  const extension = { id: randomUUID(), by: 'developer', leaseSeconds: 60 }
  expect(await current().executeUpdate(extendLease, { args: [extension] })).toMatchObject({ state: 'active' })
  expect(world.vcenter.mostVmsAtOnce(id)).toBe(1)
})

async function resetAt(acts: ReturnType<typeof operatorActs>, nth: number, reapply: boolean): Promise<void> {
  // A life whose tasks were fewer has ended meanwhile: a reset of what has ended changes nothing.
  const point = await until(
    `workflow task ${nth}`,
    async () => {
      const [points, isOpen] = [await acts.resetPoints(), await acts.isOpen()]
      return points[nth] ?? (!isOpen && points.at(-1))
    },
    60,
  )
  await acts.reset(point, reapply)
}

describe('Start Workflow Like This One', () => {
  const startLike = (request: Parameters<typeof startOptions>[0], workflowId: string) =>
    world.client.workflow.start<typeof provisionVm>(provisionVmType, {
      workflowId,
      taskQueue: startOptions(request).taskQueue,
      args: [request],
    })

  test('with the same id is refused while the request is open, and ends at once when it has ended', async () => {
    const { id, life, request } = await world.ask({ leaseSeconds: 2 })
    await world.until(id, 'active')
    await expect(startLike(request, life.workflowId)).rejects.toThrow(WorkflowExecutionAlreadyStartedError)
    await world.until(id, 'retired')
    await life.result()
    const again = await startLike(request, life.workflowId)
    expect(await again.result()).toEqual({ state: 'retired' })
    expect(world.vcenter.mostVmsAtOnce(id)).toBe(1)
  })

  test('with the same id opens a failed request again, and builds it once', async () => {
    world.vcenter.failNext('cloneVm', 'noPermission')
    const { id, life, request } = await world.ask()
    await world.until(id, 'held')
    const abort = { id: randomUUID(), by: 'operator', step: 'clone', attempt: 1, action: 'abort' } as const
    await life.executeUpdate(operatorDecision, { args: [abort] })
    await expect(life.result()).rejects.toThrow(WorkflowFailedError)
    const again = await startLike(request, life.workflowId)
    await world.until(id, 'active')
    expect(await world.auditOf(id)).toContain('reopened')
    await again.executeUpdate(releaseVm, { args: [{ id: randomUUID(), by: 'developer' }] })
    await world.until(id, 'released')
    expect(world.vcenter.mostVmsAtOnce(id)).toBe(1)
  })

  test.each(['awaitingApproval', 'active'] as const)(
    'with another id is refused, and the request in %s goes on under its own',
    async (state) => {
      const { id, life, request } = await world.ask({ sizeId: state === 'active' ? 'small' : 'medium' })
      await world.until(id, state)
      const copy = await startLike(request, `${life.workflowId}-copy`)
      await expect(copy.result()).rejects.toThrow(WorkflowFailedError)
      expect(await world.auditOf(id)).not.toContain('reopened')
      await life.executeUpdate(state === 'active' ? releaseVm : cancelRequest, {
        args: [{ id: randomUUID(), by: 'developer' }],
      })
    },
  )
})

describe('Pause', () => {
  test('of a workflow refuses messages and lets its times go on; unpaused, everything that is due happens', async () => {
    const { id, life } = await world.ask({ leaseSeconds: 6 })
    await world.until(id, 'active')
    const acts = operatorActs(world, life.workflowId)
    // The server loses a pause that comes while a workflow task is under way.
    await until('nothing to be under way', () => acts.isQuiet())
    await acts.pause()
    expect((await life.describe()).status.name).toBe('PAUSED')
    const extension = { id: randomUUID(), by: 'developer', leaseSeconds: 60 }
    await expect(life.executeUpdate(extendLease, { args: [extension] })).rejects.toThrow()
    await until('its lease to be over', async () => await leaseIsOver(id))
    expect((await world.until(id, () => true)).state).toBe('active')
    expect((await life.describe()).status.name).toBe('PAUSED')
    await acts.unpause()
    await world.until(id, 'retired')
    expect(await world.auditOf(id)).not.toContain('extended')
  })

  test('of an activity stops its attempts; unpaused or reset, it goes on and makes one VM', async () => {
    world.vcenter.failUntilHealed('cloneVm', 'vcenterUnavailable')
    const asked = await Promise.all([world.ask(), world.ask()])
    const [first, second] = asked.map(({ life }) => operatorActs(world, life.workflowId))
    await Promise.all(asked.map(({ life }) => pendingClone(life.workflowId)))
    await first!.pauseActivity('cloneVm')
    await second!.pauseActivity('cloneVm')
    await until('both to be paused', async () =>
      (await Promise.all(asked.map(({ life }) => pendingClone(life.workflowId)))).every(({ paused }) => paused),
    )
    world.vcenter.heal('cloneVm')
    for (const { id } of asked) expect((await world.until(id, () => true)).state).toBe('provisioning')
    await first!.unpauseActivity('cloneVm')
    await second!.resetActivity('cloneVm', true)
    for (const { id } of asked) {
      await world.until(id, 'active')
      expect(world.vcenter.mostVmsAtOnce(id)).toBe(1)
    }
  })

  test('Reset of an activity that is under way makes no second VM', async () => {
    const clone = world.vcenter.slowNextClone()
    const { id, life } = await world.ask()
    await clone.reached
    await operatorActs(world, life.workflowId).resetActivity('cloneVm', true)
    clone.release()
    await world.until(id, 'active')
    expect(world.vcenter.mostVmsAtOnce(id)).toBe(1)
  })
})

async function leaseIsOver(id: string): Promise<boolean> {
  const { rows } = await world.database.pool.query<{ over: boolean }>(
    `select lease_ends_at < now() - interval '1 second' as over from vm_requests where id = $1`,
    [id],
  )
  return rows[0]?.over === true
}

const pendingClone = (workflowId: string): Promise<{ paused: boolean }> =>
  until('a clone', async () => {
    const { raw } = await world.client.workflow.getHandle(workflowId).describe()
    const clone = (raw.pendingActivities ?? []).find(({ activityType }) => activityType?.name === 'cloneVm')
    return clone && { paused: clone.paused === true }
  })
