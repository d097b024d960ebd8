import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import type { Rig } from './rig.ts'

/** Requests whose workflow was started more than once, or not at all. Of drills in which nobody resets or terminates any. */
export async function executions(
  { temporal, rows }: Rig,
  ids: readonly string[],
  since: Date,
): Promise<{ never: string[]; twice: string[] }> {
  const runs = new Map<string, number>()
  const query = `WorkflowType = 'provisionVm' and StartTime >= '${since.toISOString()}'`
  for await (const { workflowId } of temporal.workflow.list({ query }))
    runs.set(workflowId, (runs.get(workflowId) ?? 0) + 1)
  const asked = await rows<{ id: string; siteId: string }>(
    'select id, site_id as "siteId" from vm_requests where id = any($1)',
    [ids],
  )
  const times = asked.map(({ id, siteId }) => ({ id, runs: runs.get(vmRequestWorkflowId(siteId, id)) ?? 0 }))
  return {
    never: times.filter((request) => request.runs === 0).map(({ id }) => id),
    twice: times.filter((request) => request.runs > 1).map(({ id }) => id),
  }
}
