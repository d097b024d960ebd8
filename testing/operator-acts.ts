import { randomUUID } from 'node:crypto'
import type { Client, WorkflowHandle } from '@temporalio/client'

const excludeAll = [1, 2] // temporal.api.enums.v1.ResetReapplyExcludeType: signals and updates

/** What an operator does in the Temporal UI, by the calls that it makes. Each acts on the run of now. */
export function operatorActs({ client }: { client: Client }, workflowId: string) {
  const { workflowService: service } = client
  const { namespace } = client.options
  const identity = 'an operator'
  const current = (): WorkflowHandle => client.workflow.getHandle(workflowId)
  const run = async () => ({ workflowId, runId: (await current().describe()).runId })

  /** Ids of the events at which a Reset can end, as far as this run has come. */
  async function resetPoints(): Promise<string[]> {
    const { events } = await current().fetchHistory()
    return (events ?? []).flatMap(({ eventId, workflowTaskCompletedEventAttributes: completed }) =>
      completed ? [String(eventId)] : [],
    )
  }

  /** Types of what is under way or tried again. */
  async function pendingActivities(): Promise<string[]> {
    const { raw } = await current().describe()
    return [...new Set((raw.pendingActivities ?? []).map(({ activityType }) => activityType?.name ?? ''))]
  }

  return {
    resetPoints,
    pendingActivities,
    isActivityPaused: async (type: string): Promise<boolean> =>
      ((await current().describe()).raw.pendingActivities ?? []).some(
        ({ activityType, paused }) => activityType?.name === type && paused === true,
      ),
    /** Nothing of it is under way: neither a workflow task nor an activity. */
    isQuiet: async () => {
      const { raw } = await current().describe()
      return !raw.pendingWorkflowTask && (raw.pendingActivities ?? []).length === 0
    },
    /** For how long its next workflow task has waited for a worker; undefined when none does. */
    async taskWaitsSeconds(): Promise<number | undefined> {
      const task = (await current().describe()).raw.pendingWorkflowTask
      if (!task || task.startedTime) return undefined
      return Date.now() / 1_000 - Number(task.scheduledTime?.seconds ?? 0)
    },
    isOpen: async () => (await current().describe()).status.name === 'RUNNING',
    isPaused: async () => (await current().describe()).status.name === 'PAUSED',
    /** A workflow task that was under way when the pause came has left it half done: only another pause can be ended. */
    isHalfPaused: async () => {
      const { raw, status } = await current().describe()
      return status.name === 'RUNNING' && raw.workflowExtendedInfo?.pauseInfo != null
    },

    terminate: () => current().terminate('as an operator does'),
    cancel: () => current().cancel(),

    async reset(eventId: string, reapply: boolean): Promise<void> {
      await service.resetWorkflowExecution({
        namespace,
        workflowExecution: await run(),
        reason: 'as an operator does',
        workflowTaskFinishEventId: eventId as unknown as Long,
        requestId: randomUUID(),
        ...(!reapply && { resetReapplyExcludeTypes: excludeAll }),
      })
    },

    pause: () =>
      service.pauseWorkflowExecution({ namespace, workflowId, identity, reason: 'look', requestId: randomUUID() }),
    /** A call that the client repeats finds its work done. */
    unpause: () =>
      service
        .unpauseWorkflowExecution({ namespace, workflowId, identity, requestId: randomUUID() })
        .catch(async (error: unknown) => {
          if ((await current().describe()).status.name !== 'RUNNING') throw error
        }),

    async pauseActivity(type: string): Promise<void> {
      await service.pauseActivity({ namespace, execution: await run(), identity, type })
    },
    async unpauseActivity(type: string): Promise<void> {
      await service.unpauseActivity({ namespace, execution: await run(), identity, type })
    },
    async resetActivity(type: string, resetHeartbeat: boolean): Promise<void> {
      await service.resetActivity({ namespace, execution: await run(), identity, type, resetHeartbeat })
    },
  }
}
