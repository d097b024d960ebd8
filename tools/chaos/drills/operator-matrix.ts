import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import { until } from '@berth/testing/until.ts'
import type { Drill, Figure } from '../drill.ts'
import { ask, settle, withApprover } from '../rig/requests.ts'
import type { Rig, RigSite } from '../rig/rig.ts'

const acts = [
  'reset',
  'reset without re-applying',
  'reset to the beginning',
  'terminate',
  'cancel',
  'pause and unpause activities',
  'reset activities',
] as const
type Act = (typeof acts)[number]

/** F16, R10: what an operator can press in the Temporal UI, at any moment of a life. */
export const operatorMatrix: Drill = {
  name: 'operator-matrix',
  does: 'resets, terminates, cancels and pauses workflows and activities at every moment of their lives',
  boundSeconds: 240,
  async run(rig) {
    const rounds = rig.isLong ? 20 : 3
    const repaired: number[] = []
    const ids = await withApprover(rig, async () => {
      const lives = Array.from({ length: rounds * acts.length }, (_, n) => {
        const site = rig.sites[n % rig.sites.length] as RigSite
        return oneLife(rig, site, acts[n % acts.length] ?? 'reset', n, repaired)
      })
      return Promise.all(lives)
    })
    const settled = await settle(rig, ids, 180)
    const slowest = Math.max(...repaired)
    return [
      {
        ...{
          goal: 'R10',
          isTime: true,
          what: `seconds until the last of ${repaired.length} terminated ran again`,
          wanted: '≤ 300',
        },
        ...{ reached: slowest.toFixed(1), isReached: repaired.length > 0 && slowest <= 300 },
      },
      ofHeld(settled.held, ids.length),
    ]
  },
}

const ofHeld = (held: number, of: number): Figure => ({
  ...{ goal: 'R10', what: `held of ${of}`, wanted: 'any', reached: String(held), isReached: true },
})

/** By the seed: when in its life it is acted upon. Answers the request's id once that is done. */
async function oneLife(rig: Rig, site: RigSite, act: Act, n: number, repaired: number[]): Promise<string> {
  await pause(n * 250)
  const id = await ask(rig, { site, leaseSeconds: 7, sizeId: n % 4 === 0 ? 'medium' : 'small' })
  await pause(rig.chance.between(100, 14_000, 'moment of an operator'))
  rig.plan.note(`operator: ${act} (${id})`)
  await perform(rig, vmRequestWorkflowId(site.id, id), act).catch((problem: unknown) =>
    rig.plan.note(`operator: ${act} refused (${id}): ${problem instanceof Error ? problem.message : String(problem)}`),
  )
  if (act === 'terminate') await timeUntilRepaired(rig, site, id, repaired)
  return id
}

async function perform({ temporal }: Rig, workflowId: string, act: Act): Promise<void> {
  const { workflowService: service } = temporal
  const { namespace } = temporal.options
  const handle = temporal.workflow.getHandle(workflowId)
  const identity = 'an operator'
  const { runId, raw } = await handle.describe()
  const execution = { workflowId, runId }
  const types = [...new Set((raw.pendingActivities ?? []).map(({ activityType }) => activityType?.name ?? ''))]
  switch (act) {
    case 'terminate':
      await handle.terminate('as an operator does')
      return
    case 'cancel':
      await handle.cancel()
      return
    case 'pause and unpause activities':
      for (const type of types) await service.pauseActivity({ namespace, execution, identity, type })
      await pause(2_000)
      for (const type of types) await service.unpauseActivity({ namespace, execution, identity, type })
      return
    case 'reset activities':
      for (const type of types)
        await service.resetActivity({ namespace, execution, identity, type, resetHeartbeat: true })
      return
    default: {
      const { events } = await handle.fetchHistory()
      const points = (events ?? []).filter(({ workflowTaskCompletedEventAttributes: completed }) => completed)
      const at = act === 'reset to the beginning' ? points[0] : points.at(-2)
      await service.resetWorkflowExecution({
        ...{ namespace, workflowExecution: execution, reason: 'as an operator does', requestId: randomUUID() },
        ...(at?.eventId && { workflowTaskFinishEventId: at.eventId }),
        // Signals and updates.
        ...(act === 'reset without re-applying' && { resetReapplyExcludeTypes: [1, 2] }),
      })
    }
  }
}

/** A request that has ended in the meantime needs no workflow. */
async function timeUntilRepaired(rig: Rig, site: RigSite, id: string, repaired: number[]): Promise<void> {
  const began = performance.now()
  await until(
    `a workflow for the terminated ${id}`,
    async () => {
      const { rows } = await rig.database.pool.query('select 1 from vm_requests where id = $1 and closed_at is null', [
        id,
      ])
      if (rows.length === 0) return true
      const { status } = await rig.temporal.workflow.getHandle(vmRequestWorkflowId(site.id, id)).describe()
      return status.name === 'RUNNING'
    },
    300,
  )
  repaired.push((performance.now() - began) / 1_000)
}
