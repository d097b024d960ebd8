import { describe, expect, test } from '@jest/globals'
import { CancelledFailure } from '@temporalio/common'
import { MockActivityEnvironment } from '@temporalio/testing'
import { createVcenterActivities } from './index.ts'
import { createFakeVcenter } from './testing/fake-vcenter.ts'
import type { VcenterPort } from './vcenter-port.ts'

const grant = { specHash: 'f'.repeat(64), approvals: [] }
const vm = { installationId: 'berth-test', requestId: '6f1c3c52-3ad1-4a0a-9d6e-7a3f5a9f1c01', grant }
const rules = { allow: [], ignore: [], settleSeconds: 0, timeoutSeconds: 60 }

const silent = () => undefined
const quiet = { log: silent, trace: silent, debug: silent, info: silent, warn: silent, error: silent }
const run = 'run-1'
const workflowExecution = { workflowId: 'vm-request', runId: run }
const anActivity = (info = {}) => new MockActivityEnvironment({ workflowExecution, ...info }, { logger: quiet })

const theFailureOf = (work: Promise<unknown>) =>
  work.then(
    () => {
      throw new Error('it should have failed')
    },
    (failure: unknown) => failure,
  )

describe('the vCenter activities', () => {
  test('turn a fault that no retry cures into a non-retryable failure with its code', async () => {
    const fake = createFakeVcenter()
    fake.failNext('powerOnVm', 'noPermission', 'VirtualMachine.Interact.PowerOn on vm-7')
    const { powerOnVm } = createVcenterActivities(fake, { askStanding: async () => 'current' })
    const failure = await theFailureOf(anActivity().run(powerOnVm, vm, run))
    expect(failure).toMatchObject({
      type: 'noPermission',
      nonRetryable: true,
      details: [{ code: 'noPermission', message: 'VirtualMachine.Interact.PowerOn on vm-7' }],
    })
  })

  test('leave a transient fault to Temporal’s retries', async () => {
    const fake = createFakeVcenter()
    fake.failNext('destroyVm', 'vcenterUnavailable')
    const { destroyVm } = createVcenterActivities(fake, { askStanding: async () => 'current' })
    const failure = await theFailureOf(anActivity().run(destroyVm, { ...vm, vmName: 'dev-ubuntu-0007' }, run))
    expect(failure).toMatchObject({ type: 'vcenterUnavailable', nonRetryable: false })
  })

  test('that another run scheduled are refused, and do nothing', async () => {
    const fake = createFakeVcenter()
    const { destroyVm } = createVcenterActivities(fake, { askStanding: async () => 'current' })
    const order = { ...vm, vmName: 'dev-ubuntu-0007' }
    const failure = await theFailureOf(anActivity().run(destroyVm, order, 'the run before a reset'))
    expect(failure).toMatchObject({ type: 'staleRun', nonRetryable: true })
    expect(fake.calls.destroyVm).toBe(0)
  })

  test('leave a bug what it is', async () => {
    const broken = { ...createFakeVcenter(), powerOnVm: () => Promise.reject(new TypeError('undefined is not')) }
    const { powerOnVm } = createVcenterActivities(broken, { askStanding: async () => 'current' })
    expect(await theFailureOf(anActivity().run(powerOnVm, vm, run))).toBeInstanceOf(TypeError)
  })

  test('end as cancelled when their attempt is told to leave', async () => {
    const fake = createFakeVcenter()
    const held = fake.holdNext('waitForAddress')
    const { waitForIp } = createVcenterActivities(fake, { askStanding: async () => 'current' })
    const environment = anActivity()
    const failure = theFailureOf(environment.run(waitForIp, { vm, rules }, run))
    await held.reached
    environment.cancel()
    expect(await failure).toBeInstanceOf(CancelledFailure)
  })

  test('hand the vCenter task of the last attempt to the next one, and heartbeat it again at once', async () => {
    const lastTasks: (string | undefined)[] = []
    const port: VcenterPort = {
      ...createFakeVcenter(),
      powerOnVm: async (_vm, progress) => {
        lastTasks.push(progress.lastTaskMoid)
        progress.report({ percent: 40 })
      },
    }
    const { powerOnVm } = createVcenterActivities(port, { askStanding: async () => 'current' })
    const environment = anActivity({ heartbeatDetails: { taskMoid: 'task-7', percent: 10 } })
    const heartbeats: unknown[] = []
    environment.on('heartbeat', (details) => heartbeats.push(details))
    await environment.run(powerOnVm, vm, run)
    expect(lastTasks).toEqual(['task-7'])
    expect(heartbeats).toEqual([
      { taskMoid: 'task-7', percent: 10 },
      { taskMoid: 'task-7', percent: 40 },
    ])
  })

  test('have nothing to say at first, unless an attempt before them had', async () => {
    const { destroyVm } = createVcenterActivities(createFakeVcenter(), { askStanding: async () => 'current' })
    const environment = anActivity()
    const heartbeats: unknown[] = []
    environment.on('heartbeat', (details) => heartbeats.push(details))
    await environment.run(destroyVm, { ...vm, vmName: 'dev-ubuntu-0007' }, run)
    expect(heartbeats).toEqual([])
  })

  test('know a cancelled request from an attempt that has to leave for another reason', async () => {
    const answers: boolean[] = []
    const port: VcenterPort = {
      ...createFakeVcenter(),
      powerOnVm: async (_vm, progress) => {
        answers.push(progress.cancelRequested())
        environment.cancel()
        answers.push(progress.cancelRequested())
        progress.signal.throwIfAborted()
      },
    }
    const { powerOnVm } = createVcenterActivities(port, { askStanding: async () => 'current' })
    const environment = anActivity()
    await theFailureOf(environment.run(powerOnVm, vm, run))
    expect(answers).toEqual([false, true])
  })
})
