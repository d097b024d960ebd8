import type { Client } from '@temporalio/client'
import type { Database } from '@berth/database/connect.ts'
import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import type { WorkflowNow } from './invariants/evidence.ts'

/** A paused one waits as any other. */
const open = ['RUNNING', 'PAUSED']

/** Of all requests that are open, and of the ones that are named. */
export async function workflowsNow(
  database: Database,
  temporal: Client,
  named: readonly string[] = [],
): Promise<WorkflowNow[]> {
  const { rows } = await database.pool.query<{ id: string; siteId: string }>(
    'select id, site_id as "siteId" from vm_requests where closed_at is null or id = any($1)',
    [named],
  )
  return Promise.all(rows.map(({ id, siteId }) => workflowNow(temporal, vmRequestWorkflowId(siteId, id), id)))
}

/** The requests whose workflow runs, as far as visibility knows: of a Temporal that serves one Berth alone. */
export async function requestsWithWorkflow(temporal: Client): Promise<string[]> {
  const found: string[] = []
  const query = "WorkflowType = 'provisionVm' and ExecutionStatus = 'Running'"
  for await (const { workflowId } of temporal.workflow.list({ query })) found.push(workflowId.split(':').at(-1) ?? '')
  return found
}

async function workflowNow(temporal: Client, workflowId: string, requestId: string): Promise<WorkflowNow> {
  const handle = temporal.workflow.getHandle(workflowId)
  const described = await handle.describe().catch(() => undefined)
  if (described === undefined || !open.includes(described.status.name))
    return { requestId, isRunning: false, pending: 0, taskAttempt: 0 }
  const { pendingActivities, pendingWorkflowTask } = described.raw
  const { events } = await handle.fetchHistory()
  const timers = (events ?? []).reduce((left, event) => {
    if (event.timerStartedEventAttributes) return left + 1
    return event.timerFiredEventAttributes || event.timerCanceledEventAttributes ? left - 1 : left
  }, 0)
  return {
    ...{ requestId, isRunning: true },
    pending: timers + (pendingActivities?.length ?? 0) + (pendingWorkflowTask ? 1 : 0),
    taskAttempt: pendingWorkflowTask?.attempt ?? 0,
  }
}
