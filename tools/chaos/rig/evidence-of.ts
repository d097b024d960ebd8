import type { Evidence, Mail, WorkflowNow } from '@berth/testing/invariants/evidence.ts'
import { vmsInVcenter } from '@berth/testing/vms-in-vcenter.ts'
import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import type { Rig } from './rig.ts'

/** All that the invariants want to see of a Berth under drill, as it is now. */
export async function evidenceOf(rig: Rig, boundSeconds: number): Promise<Evidence> {
  const vms = (await Promise.all(rig.sites.map(({ vcenter }) => vmsInVcenter(vcenter)))).flat()
  const events = (await Promise.all(rig.sites.map(({ recorder }) => recorder.events()))).flat()
  return {
    database: rig.database,
    vms: vms.filter(({ markerRequestId }) => markerRequestId !== ''),
    events,
    mails: async () => (await (await fetch(`${rig.mailUrl}/messages`)).json()) as Mail[],
    workflows: await workflowsNow(rig),
    agents: agentSessions(rig),
    boundSeconds,
  }
}

/** Of the requests that are open, and of those whose workflow runs. */
async function workflowsNow({ database, temporal }: Rig): Promise<WorkflowNow[]> {
  const { rows } = await database.pool.query<{ id: string; siteId: string }>(
    'select id, site_id as "siteId" from vm_requests where closed_at is null',
  )
  const ids = new Map(rows.map(({ id, siteId }) => [vmRequestWorkflowId(siteId, id), id]))
  const query = "WorkflowType = 'provisionVm' and ExecutionStatus = 'Running'"
  for await (const { workflowId } of temporal.workflow.list({ query }))
    ids.set(workflowId, workflowId.split(':').at(-1) ?? '')
  return Promise.all([...ids].map(([workflowId, requestId]) => workflowNow({ temporal }, workflowId, requestId)))
}

async function workflowNow(
  { temporal }: Pick<Rig, 'temporal'>,
  workflowId: string,
  requestId: string,
): Promise<WorkflowNow> {
  const handle = temporal.workflow.getHandle(workflowId)
  const described = await handle.describe().catch(() => undefined)
  if (described?.status.name !== 'RUNNING') return { requestId, isRunning: false, pending: 0, taskAttempt: 0 }
  const { pendingActivities, pendingWorkflowTask } = described.raw
  const { events } = await handle.fetchHistory()
  const timers = (events ?? []).reduce((open, event) => {
    if (event.timerStartedEventAttributes) return open + 1
    return event.timerFiredEventAttributes || event.timerCanceledEventAttributes ? open - 1 : open
  }, 0)
  return {
    ...{ requestId, isRunning: true },
    pending: timers + (pendingActivities?.length ?? 0) + (pendingWorkflowTask ? 1 : 0),
    taskAttempt: pendingWorkflowTask?.attempt ?? 0,
  }
}

/** Any fault on the line to vCenter may cost a session, and so does the end of the agent or of the simulator. */
function agentSessions(rig: Rig): NonNullable<Evidence['agents']> {
  return rig.sites.flatMap(({ id, agents }) =>
    agents.map((agent) => {
      const trace = rig.lines.vcenter.get(agent)?.trace() ?? []
      const failed = trace.filter(({ status, fault }) => fault !== undefined || status !== 200).length
      const ends = rig.processes.killsOf(agent) + rig.processes.killsOf(`vcenter-${id}`)
      return { agent, logins: trace.filter(({ method }) => method === 'Login').length, faults: failed + ends }
    }),
  )
}
