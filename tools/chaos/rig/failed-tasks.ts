import type { Rig } from './rig.ts'

/**
 * Of temporal.api.enums.v1.WorkflowTaskFailedCause, what is no failure of a worker: something came in while the last
 * command or update was on its way, so that the server asks again; and what an operator's Reset or Terminate leaves behind.
 */
const [unhandledCommand, forceCloseCommand, resetWorkflow, unhandledUpdate] = [1, 17, 20, 31]
const noFailures: readonly unknown[] = [unhandledCommand, forceCloseCommand, resetWorkflow, unhandledUpdate]

export interface FailedTasks {
  histories: number
  /** One line for each workflow task that failed. */
  failures: string[]
}

/** In every run of a request's workflow since then. */
export async function failedTasks({ temporal }: Rig, since: Date): Promise<FailedTasks> {
  const query = `WorkflowType = 'provisionVm' and StartTime >= '${since.toISOString()}'`
  const failures: string[] = []
  let histories = 0
  for await (const { workflowId, runId } of temporal.workflow.list({ query })) {
    const { events } = await temporal.workflow.getHandle(workflowId, runId).fetchHistory()
    histories += 1
    for (const { eventId, workflowTaskFailedEventAttributes: failed } of events ?? [])
      if (failed && !noFailures.includes(failed.cause))
        failures.push(`${workflowId} event ${String(eventId)}: cause ${failed.cause}, ${failed.failure?.message ?? ''}`)
  }
  return { histories, failures }
}
