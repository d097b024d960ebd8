import { describe, expect, test } from '@jest/globals'
import type { Finding } from '@berth/domain/finding.ts'
import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import { addSeconds, instantOf } from '@berth/domain/instant.ts'
import { defaultPolicy } from '@berth/domain/policy.ts'
import type { ConfirmedFindings } from './control-plane-ports.ts'
import { packVms } from '../vcenter/packed-vms.ts'
import { createControlPlaneActivities, type ControlPlanePorts } from './index.ts'

/** A site of three requests that visibility knows no workflow of: one has it, one ended since, one lost it. */
function aSite(records: object = {}) {
  const reopened: string[] = []
  const recorded: { findings: Finding[]; vmsWereSeen: boolean }[] = []
  const ports = {
    records: {
      openRequestsOf: async () =>
        ['lagging', 'ended', 'lost'].map((requestId) => ({
          requestId,
          vmName: requestId,
          state: 'provisioning',
          expectsVm: false,
          expectsPower: 'any',
        })),
      isStillOpen: async (requestId: string) => requestId !== 'ended',
      recordFindings: async (_siteId: string, findings: Finding[], { vmsWereSeen }: { vmsWereSeen: boolean }) => {
        recorded.push({ findings, vmsWereSeen })
        return { addresses: [], vanished: [] } satisfies ConfirmedFindings
      },
      lateRequests: async () => [],
      ...records,
    },
    repair: {
      runningWorkflows: async () => new Map<string, string>(),
      isOpen: async (workflowId: string) => workflowId === vmRequestWorkflowId('ams', 'lagging'),
      standingOf: async () => ({ paused: { by: 'oscar', reason: 'to look' } }),
      reopen: async (requestId: string) => {
        reopened.push(requestId)
      },
    },
  } as unknown as ControlPlanePorts
  return { activities: createControlPlaneActivities(ports), reopened, recorded }
}

test('only a request that is still open and has no workflow is reopened, and only it is reported', async () => {
  const { activities, reopened, recorded } = aSite()
  await expect(
    activities.classifyAndRepair({ siteId: 'ams', installationId: 'ours', packedVms: await packVms([]) }),
  ).resolves.toEqual({
    findings: 1,
    reopened: ['lost'],
    tell: false,
  })
  expect(reopened).toEqual(['lost'])
  expect(recorded[0]?.findings.map(({ kind, subject }) => `${kind} ${subject}`)).toEqual(['workflowMissing lost'])
  expect(recorded[0]?.vmsWereSeen).toBe(true)
})

test('a run at a silent site says that it saw no VMs', async () => {
  const { activities, recorded } = aSite()
  await activities.classifyAndRepair({ siteId: 'ams', installationId: 'ours', packedVms: null })
  expect(recorded[0]?.vmsWereSeen).toBe(false)
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
  await activities.classifyAndRepair({ siteId: 'ams', installationId: 'ours', packedVms: await packVms([]) })
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
  const toldOf = async (gone: ReturnType<typeof vanished>, expected: number) => {
    const told: string[] = []
    const { activities } = aSite({
      openRequestsOf: async () =>
        Array.from({ length: expected }, (_, index) => ({ requestId: `r${index}`, expectsVm: true, state: 'held' })),
      isStillOpen: async () => false,
      recordFindings: async () => ({ addresses: [], vanished: gone }),
      tellVanished: async (requestId: string) => void told.push(requestId),
    })
    const { tell } = await activities.classifyAndRepair({ siteId: 'ams', installationId: 'ours', packedVms: null })
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
})
