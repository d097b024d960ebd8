import { WorkflowNotFoundError, type Client, type WorkflowExecutionDescription } from '@temporalio/client'
import { defaultPayloadConverter } from '@temporalio/common'
import { instantOf } from '@berth/domain/instant.ts'
import { activityOfStep } from '@berth/domain/step-wait.ts'
import { activityIn, instantOfTimestamp } from '@berth/domain/temporal-answers.ts'
import type { HoldStep } from '@berth/domain/vm-request.ts'
import type { WorkflowSight } from '@berth/domain/waiting.ts'

type Described = WorkflowExecutionDescription | 'missing'
type Raw = WorkflowExecutionDescription['raw']

const taskStarted = 2 // temporal.api.enums.v1.PendingWorkflowTaskState.PENDING_WORKFLOW_TASK_STATE_STARTED

export async function describeWorkflow(client: Client, workflowId: string): Promise<Described> {
  try {
    return await client.workflow.getHandle(workflowId).describe()
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'missing'
    throw error
  }
}

/** How the workflow stands, and the activity of the step that is looked at. */
export function workflowSight(described: Described, step: HoldStep | undefined): WorkflowSight {
  if (described === 'missing') return { status: 'missing' }
  const { status, raw } = described
  if (status.name !== 'RUNNING' && status.name !== 'PAUSED') {
    const { closeTime } = described
    return { status: 'missing', ...(closeTime !== undefined && { endedAt: instantOf(closeTime.getTime()) }) }
  }
  const pause = pauseOf(raw)
  const type = step && activityOfStep[step]
  const activity =
    type === undefined
      ? undefined
      : activityIn(raw.pendingActivities, type, (payload) => defaultPayloadConverter.fromPayload(payload))
  return {
    status: status.name === 'PAUSED' || pause.pause !== undefined ? 'paused' : 'running',
    ...pause,
    ...taskOf(raw),
    ...(activity !== undefined && { activity }),
  }
}

function pauseOf({ workflowExtendedInfo }: Raw): Pick<WorkflowSight, 'pause'> {
  const { pausedTime, identity, reason } = workflowExtendedInfo?.pauseInfo ?? {}
  const since = instantOfTimestamp(pausedTime)
  return since === undefined ? {} : { pause: { since, by: identity ?? '', reason: reason ?? '' } }
}

function taskOf({ pendingWorkflowTask: task }: Raw): Pick<WorkflowSight, 'task'> {
  const since = instantOfTimestamp(task?.originalScheduledTime ?? task?.scheduledTime)
  if (!task || since === undefined) return {}
  return { task: { since, attempt: task.attempt ?? 1, taken: task.state === taskStarted } }
}

/** Of the first activity that reports one. */
export function heartbeatPercent(client: Client, described: Described): number | undefined {
  if (described === 'missing') return undefined
  const { payloadConverter } = client.options.loadedDataConverter
  for (const { heartbeatDetails } of described.raw.pendingActivities ?? []) {
    const payload = heartbeatDetails?.payloads?.[0]
    const details: unknown = payload && payloadConverter.fromPayload(payload)
    if (typeof details === 'object' && details !== null && 'percent' in details && typeof details.percent === 'number')
      return Math.max(0, Math.min(100, Math.round(details.percent)))
  }
  return undefined
}
