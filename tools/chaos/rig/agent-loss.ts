import type { WorkflowHandle } from '@temporalio/client'
import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import { until } from '@berth/testing/until.ts'
import type { Rig, RigSite } from './rig.ts'

const secondsFrom = (from: number): number => (Date.now() - from) / 1_000

/** Resolves when the operators' page shows the process as silent, or no longer; answers the seconds since it was lost. */
export async function noticedAfter(rig: Rig, site: RigSite, pid: number, lostAt: number): Promise<number> {
  await until(
    `agent ${pid} to be shown as silent`,
    async () => {
      const { body } = await rig.as('operator').call('listSites')
      const agents = body.items.find(({ id }) => id === site.id)?.agents ?? []
      return !agents.some(({ identity, alive }) => alive && isOf(identity, pid))
    },
    120,
  )
  return secondsFrom(lostAt)
}

/** Seconds until another process had begun with what the lost one had under way, by the workflow's own history. */
export async function resumedAfter(rig: Rig, site: RigSite, id: string, pid: number, lostAt: number): Promise<number> {
  const handle = rig.temporal.workflow.getHandle(vmRequestWorkflowId(site.id, id))
  const began = await until(`another agent to go on with ${id}`, () => beganElsewhere(handle, pid, lostAt), 120)
  return (began - lostAt) / 1_000
}

async function beganElsewhere(handle: WorkflowHandle, pid: number, lostAt: number): Promise<number | undefined> {
  const { events } = await handle.fetchHistory()
  const began = (events ?? []).flatMap(({ activityTaskStartedEventAttributes: started, eventTime }) => {
    const at = Number(eventTime?.seconds ?? 0) * 1_000 + (eventTime?.nanos ?? 0) / 1_000_000
    const isAnother = /^agent\//.test(started?.identity ?? '') && !isOf(started?.identity ?? '', pid)
    return isAnother && at > lostAt ? [at] : []
  })
  return began[0]
}

const isOf = (identity: string, pid: number): boolean => identity.endsWith(`/${pid}`)
