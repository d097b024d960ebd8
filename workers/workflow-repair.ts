import { WorkflowNotFoundError, type Client } from '@temporalio/client'
import type { RunningWorkflow, WorkflowRepair } from '@berth/activities/control-plane/control-plane-ports.ts'
import type { ProvisioningRequest } from '@berth/domain/provisioning-request.ts'
import { vmRequestStates, type VmRequestState } from '@berth/domain/vm-request.ts'
import { lookAgain, provisionVmType, reopenOptions, searchAttributes } from '@berth/workflows/messages.ts'

/** Gives a request its workflow back. The new run takes over the recorded facts; the old one, if any, is fenced off. */
export function createWorkflowRepair(
  client: Client,
  requestOf: (requestId: string) => Promise<ProvisioningRequest>,
): WorkflowRepair {
  return {
    async runningWorkflows(siteId) {
      const running = new Map<string, RunningWorkflow>()
      const query = `WorkflowType = '${provisionVmType}' AND BerthSite = '${siteId}' AND ExecutionStatus = 'Running'`
      for await (const { workflowId, runId, typedSearchAttributes } of client.workflow.list({ query, pageSize: 1_000 }))
        running.set(workflowId, { runId, ...stateIn(typedSearchAttributes.get(searchAttributes.state)) })
      return running
    },
    async isOpen(workflowId) {
      try {
        const { status } = await client.workflow.getHandle(workflowId).describe()
        return status.name === 'RUNNING' || status.name === 'PAUSED'
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false
        throw error
      }
    },
    async standingOf(workflowId) {
      const { raw } = await client.workflow.getHandle(workflowId).describe()
      const pauseInfo = raw.workflowExtendedInfo?.pauseInfo
      const pending = raw.pendingActivities?.find(({ activityType }) => activityType?.name !== 'describeSite')
      const lastFailure = pending?.lastFailure?.message
      return {
        ...(pauseInfo != null && { paused: { by: pauseInfo.identity ?? '', reason: pauseInfo.reason ?? '' } }),
        ...(raw.pendingWorkflowTask != null && { taskAttempts: raw.pendingWorkflowTask.attempt ?? 1 }),
        ...(pending !== undefined && {
          pending: {
            activity: pending.activityType?.name ?? 'an activity',
            attempt: pending.attempt ?? 1,
            ...(lastFailure != null && { lastFailure }),
          },
        }),
      }
    },
    async lookAgain(workflowId) {
      await client.workflow
        .getHandle(workflowId)
        .signal(lookAgain)
        .catch((error: unknown) => {
          // It has ended meanwhile.
          if (!(error instanceof WorkflowNotFoundError)) throw error
        })
    },
    async reopen(requestId, endedRun) {
      if (endedRun !== undefined) await ended(client, endedRun)
      await client.workflow.start(provisionVmType, reopenOptions(await requestOf(requestId)))
    },
  }
}

/** It has closed by itself meanwhile, or it is closed now. */
async function ended(client: Client, { workflowId, runId }: { workflowId: string; runId: string }): Promise<void> {
  try {
    await client.workflow.getHandle(workflowId, runId).terminate('its request was opened again')
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error
  }
}

const stateIn = (said: string | undefined) => (isState(said) ? { state: said } : {})

const isState = (said: string | undefined): said is VmRequestState =>
  (vmRequestStates as readonly (string | undefined)[]).includes(said)
