import { describe, expect, test } from '@jest/globals'
import type { Finding, VmsSeen } from '@berth/domain/finding.ts'
import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import { addSeconds, instantOf } from '@berth/domain/instant.ts'
import { defaultPolicy } from '@berth/domain/policy.ts'
import type { ConfirmedFindings, RunningWorkflow } from './control-plane-ports.ts'
import { packVms } from '../vcenter/packed-vms.ts'
import { createControlPlaneActivities, type ControlPlanePorts } from './index.ts'
import type { SeenSite } from './reconcile-activities.ts'

const nothing = { vms: [], missingFolders: [], unreadable: [] }

/** A site of three requests that visibility knows no workflow of: one has it, one ended since, one lost it. */
function aSite(records: object = {}, repair: object = {}) {
  const asked: string[] = []
  const reopened: string[] = []
  const recorded: { findings: Finding[]; vmsSeen: VmsSeen; unsure: string[] }[] = []
  const ports = {
    records: {
      openRequestsOf: async () =>
        ['lagging', 'ended', 'lost'].map((requestId) => ({
          requestId,
          vmName: requestId,
          state: 'provisioning',
          expectsVm: false,
          expectsPower: 'any',
          changedAt: instantOf(0),
          isUnderWay: true,
        })),
      isStillOpen: async (requestId: string) => requestId !== 'ended',
      recordFindings: async (_siteId: string, findings: Finding[], vmsSeen: VmsSeen, unsure: string[]) => {
        recorded.push({ findings, vmsSeen, unsure })
        return { addresses: [], vanished: [] } satisfies ConfirmedFindings
      },
      lateRequests: async () => [],
      ...records,
    },
    repair: {
      runningWorkflows: async () => new Map<string, RunningWorkflow>(),
      isOpen: async (workflowId: string) => workflowId === vmRequestWorkflowId('ams', 'lagging'),
      standingOf: async () => ({ paused: { by: 'oscar', reason: 'to look' } }),
      lookAgain: async (workflowId: string) => {
        asked.push(workflowId)
      },
      reopen: async (requestId: string) => {
        reopened.push(requestId)
      },
      ...repair,
    },
  } as unknown as ControlPlanePorts
  return { activities: createControlPlaneActivities(ports), reopened, recorded, asked }
}

test('only a request that is still open and has no workflow is reopened, and only it is reported', async () => {
  const { activities, reopened, recorded } = aSite()
  await expect(
    activities.classifyAndRepair({ siteId: 'ams', installationId: 'ours', packedVms: await packVms(nothing) }),
  ).resolves.toEqual({
    findings: 1,
    reopened: ['lost'],
    tell: false,
  })
  expect(reopened).toEqual(['lost'])
  expect(recorded[0]?.findings.map(({ kind, subject }) => `${kind} ${subject}`)).toEqual(['workflowMissing lost'])
  expect(recorded[0]?.vmsSeen).toBe('all')
})

const recordedOf = async (seen: Pick<SeenSite, 'packedVms' | 'whyNot'>) => {
  const { activities, recorded } = aSite()
  await activities.classifyAndRepair({ siteId: 'ams', installationId: 'ours', ...seen })
  return recorded[0]
}

test('a run at a silent site says that it saw no VMs, and why', async () => {
  const whyNot = { code: 'vcenterLoginRefused', sentence: 'vCenter refuses the agent’s login' }
  const recorded = await recordedOf({ packedVms: null, whyNot })
  expect(recorded?.vmsSeen).toBe('none')
  expect(recorded?.findings).toContainEqual({
    kind: 'notCompared',
    subject: 'ams',
    detail: 'no VM of ams: vCenter refuses the agent’s login (vcenterLoginRefused)',
  })
})

test('a run that could not read some VMs says so, and of which requests it knows nothing', async () => {
  const unreadable = [{ moid: 'vm-7', name: 'x', lacking: 'System.Read' }]
  const open = [
    { requestId: 'hidden', vmName: 'x', vmMoid: 'vm-7' },
    { requestId: 'gone', vmName: 'y', vmMoid: 'vm-8' },
  ]
  const { activities, recorded } = aSite({
    openRequestsOf: async () => open.map((request) => ({ ...request, expectsVm: true, state: 'held' })),
    isStillOpen: async () => false,
  })
  const packedVms = await packVms({ ...nothing, unreadable })
  await activities.classifyAndRepair({ siteId: 'ams', installationId: 'ours', packedVms })
  expect(recorded).toMatchObject([{ vmsSeen: 'some', unsure: ['hidden'] }])
  expect(recorded[0]?.findings.map(({ kind, subject }) => `${kind} ${subject}`)).toContain('vanished gone')
})

test('what is late is reported with why it is, unless its workflow has just come back', async () => {
  const endsAt = addSeconds(instantOf(Date.now()), -3_600)
  const late = (requestId: string) => ({
    requestId,
    vmName: requestId,
    state: 'active',
    policy: defaultPolicy,
    grant: { number: 1, grantedAt: addSeconds(endsAt, -3_600), endsAt },
    warnings: [],
  })
  const { activities, recorded } = aSite({ lateRequests: async () => [late('lagging'), late('lost')] })
  await activities.classifyAndRepair({ siteId: 'ams', installationId: 'ours', packedVms: await packVms(nothing) })
  expect(recorded[0]?.findings.filter(({ kind }) => kind === 'overdue')).toEqual([
    {
      kind: 'overdue',
      subject: 'lagging',
      requestId: 'lagging',
      detail: 'the lease of lagging is over, and it was not powered off: its workflow is paused by oscar (to look)',
    },
  ])
})

describe('a VM that is gone', () => {
  const vanished = (count: number, sinceSeconds: number) =>
    Array.from({ length: count }, (_, index) => ({
      requestId: `r${index}`,
      since: addSeconds(instantOf(Date.now()), -sinceSeconds),
      told: false,
    }))
  const toldOf = async (gone: ReturnType<typeof vanished>, expected: number, missingFolders: string[] = []) => {
    const told: string[] = []
    const { activities } = aSite({
      openRequestsOf: async () =>
        Array.from({ length: expected }, (_, index) => ({ requestId: `r${index}`, expectsVm: true, state: 'held' })),
      isStillOpen: async () => false,
      recordFindings: async () => ({ addresses: [], vanished: gone }),
      tellVanished: async (requestId: string) => void told.push(requestId),
    })
    const packedVms = await packVms({ ...nothing, missingFolders })
    const { tell } = await activities.classifyAndRepair({ siteId: 'ams', installationId: 'ours', packedVms })
    return { told: told.length, tell }
  }

  test('is told, and what was told before is not told again', async () => {
    expect(await toldOf(vanished(3, 200), 4)).toEqual({ told: 3, tell: true })
    expect(
      await toldOf(
        vanished(3, 200).map((gone) => ({ ...gone, told: true })),
        4,
      ),
    ).toEqual({ told: 0, tell: true })
  })

  test('with most of its site is told only when it stays so', async () => {
    expect(await toldOf(vanished(30, 200), 40)).toEqual({ told: 0, tell: true })
    expect(await toldOf(vanished(30, 200), 400)).toEqual({ told: 30, tell: true })
    expect(await toldOf(vanished(30, 2_000), 40)).toEqual({ told: 30, tell: true })
  })

  test('with its managed folder is told only when it stays so', async () => {
    expect(await toldOf(vanished(3, 200), 40, ['/DC0/vm/berth'])).toEqual({ told: 0, tell: true })
    expect(await toldOf(vanished(3, 2_000), 40, ['/DC0/vm/berth'])).toEqual({ told: 3, tell: true })
  })
})

describe('a workflow that is behind the record of its request', () => {
  const now = () => instantOf(Date.now())
  const request = (changes: object) => ({
    requestId: 'r',
    vmName: 'r',
    state: 'active',
    expectsVm: false,
    expectsPower: 'any',
    newestRunId: 'run-1',
    changedAt: addSeconds(now(), -60),
    isUnderWay: false,
    ...changes,
  })
  const asking = async (changes: object, workflow: RunningWorkflow, standing: object = {}) => {
    const { activities, asked } = aSite(
      { openRequestsOf: async () => [request(changes)] },
      {
        runningWorkflows: async () => new Map([[vmRequestWorkflowId('ams', 'r'), workflow]]),
        standingOf: async () => standing,
      },
    )
    await activities.classifyAndRepair({ siteId: 'ams', installationId: 'ours', packedVms: null })
    return asked.length === 1
  }

  test.each([
    ['is another run than the one that wrote last', {}, { runId: 'run-2', state: 'active' }],
    ['says another state', {}, { runId: 'run-1', state: 'awaitingApproval' }],
    ['does nothing although a step has begun', { isUnderWay: true }, { runId: 'run-1', state: 'active' }],
  ] as const)('is asked to look again if it %s', async (_, changes, workflow) => {
    expect(await asking(changes, workflow)).toBe(true)
  })

  test.each([
    ['agrees', {}, { runId: 'run-1', state: 'active' }, {}],
    ['has just recorded it', { changedAt: now() }, { runId: 'run-1', state: 'validating' }, {}],
    ['is at work', { isUnderWay: true }, { runId: 'run-1', state: 'active' }, { pending: { activity: 'cloneVm' } }],
    ['is paused', { isUnderWay: true }, { runId: 'run-1', state: 'active' }, { paused: { by: 'o', reason: '' } }],
  ] as const)('is left alone if it %s', async (_, changes, workflow, standing) => {
    expect(await asking(changes, workflow, standing)).toBe(false)
  })

  test.each([
    ['was opened again since', true, ['r']],
    ['ended after the requests were read', false, []],
  ] as const)(
    'that says that it failed: another run is begun only if its request %s',
    async (_, isStillOpen, begun) => {
      const running = new Map([[vmRequestWorkflowId('ams', 'r'), { runId: 'run-1', state: 'failed' as const }]])
      const { activities, reopened } = aSite(
        { openRequestsOf: async () => [request({ state: 'held' })], isStillOpen: async () => isStillOpen },
        { runningWorkflows: async () => running },
      )
      await activities.classifyAndRepair({ siteId: 'ams', installationId: 'ours', packedVms: null })
      expect(reopened).toEqual(begun)
    },
  )

  test.each([
    ['waits on', 'awaitingApproval', true],
    ['delivers its last notices', 'declined', false],
    ['has only begun', undefined, false],
  ] as const)('that has ended: asked to look again if it %s', async (_, state, isAsked) => {
    const running = new Map([[vmRequestWorkflowId('ams', 'r'), { runId: 'run-1', ...(state && { state }) }]])
    const { activities, asked } = aSite({ openRequestsOf: async () => [] }, { runningWorkflows: async () => running })
    await activities.classifyAndRepair({ siteId: 'ams', installationId: 'ours', packedVms: null })
    expect(asked).toHaveLength(isAsked ? 1 : 0)
  })
})
