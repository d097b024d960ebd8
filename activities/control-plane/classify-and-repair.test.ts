import { expect, test } from '@jest/globals'
import type { Finding } from '@berth/domain/finding.ts'
import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import { createControlPlaneActivities, type ControlPlanePorts } from './index.ts'

/** A site of three requests that visibility knows no workflow of: one has it, one ended since, one lost it. */
function aSite() {
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
      },
    },
    repair: {
      runningWorkflowIds: async () => new Set<string>(),
      isOpen: async (workflowId: string) => workflowId === vmRequestWorkflowId('ams', 'lagging'),
      reopen: async (requestId: string) => {
        reopened.push(requestId)
      },
    },
  } as unknown as ControlPlanePorts
  return { activities: createControlPlaneActivities(ports), reopened, recorded }
}

test('only a request that is still open and has no workflow is reopened, and only it is reported', async () => {
  const { activities, reopened, recorded } = aSite()
  await expect(activities.classifyAndRepair({ siteId: 'ams', vms: [] })).resolves.toEqual({
    findings: 1,
    reopened: ['lost'],
  })
  expect(reopened).toEqual(['lost'])
  expect(recorded[0]?.findings.map(({ kind, subject }) => `${kind} ${subject}`)).toEqual(['workflowMissing lost'])
  expect(recorded[0]?.vmsWereSeen).toBe(true)
})

test('a run at a silent site says that it saw no VMs', async () => {
  const { activities, recorded } = aSite()
  await activities.classifyAndRepair({ siteId: 'ams', vms: null })
  expect(recorded[0]?.vmsWereSeen).toBe(false)
})
