import { setTimeout as pause } from 'node:timers/promises'
import { WorkflowFailedError } from '@temporalio/client'
import { operatorActs } from '@berth/testing/operator-acts.ts'
import { until } from '@berth/testing/until.ts'
import { provisionVmType, startOptions } from '@berth/workflows/messages.ts'
import { provisioningRequestOf } from '@berth/database/outbox.ts'
import type { Rig } from '../rig/rig.ts'

type Acts = ReturnType<typeof operatorActs>

/** Where in a life it is done. */
interface Moment {
  workflowId: string
  id: string
  /** Id of the event at which a Reset ends. */
  point: string
}

/** True when it took effect, false when there was nothing left to do it to. */
type Act = (acts: Acts, moment: Moment, rig: Rig) => Promise<boolean>

const acts = {
  reset: async (of, { point }) => of.reset(point, true).then(() => true),
  'reset without re-applying': async (of, { point }) => of.reset(point, false).then(() => true),
  terminate: async (of) => of.terminate().then(() => true),
  cancel: async (of) => of.cancel().then(() => true),
  'pause and unpause the workflow': pausedForAWhile,
  'pause and unpause an activity': (of) =>
    atAnActivity(of, async (type) => {
      await of.pauseActivity(type)
      await pause(1_000)
      await until('the end of the pause', async () => {
        await of.unpauseActivity(type).catch(() => {})
        return !(await of.isActivityPaused(type))
      })
    }),
  'reset an activity': (of) => atAnActivity(of, (type) => of.resetActivity(type, true)),
  'start like this one': startedLikeThisOne,
} as const satisfies Record<string, Act>

export type ActName = keyof typeof acts
export const actNames = Object.keys(acts) as ActName[]

export const perform = (rig: Rig, name: ActName, moment: Moment): Promise<boolean> =>
  acts[name](operatorActs({ client: rig.temporal }, moment.workflowId), moment, rig)

/** At any event in a long form; in a short one while it rests, since the server may lose the workflow task that it meets. */
async function pausedForAWhile(of: Acts, _moment: Moment, rig: Rig): Promise<boolean> {
  const isPaused = await until(
    'the pause',
    async () => {
      if (await of.isPaused()) return 'paused'
      if (!(await of.isOpen())) return 'over'
      if (!rig.isLong && !(await of.isQuiet())) return false
      await of.pause().catch(() => {})
      return (await of.isPaused()) && 'paused'
    },
    60,
  )
  if (isPaused === 'over') return false
  await pause(1_000)
  await until('the end of the pause', async () => {
    if (await of.isHalfPaused()) await of.pause()
    await of.unpause().catch(() => {})
    return !(await of.isPaused()) && !(await of.isHalfPaused())
  })
  return true
}

const [lostAfterSeconds, cureWithinSeconds] = [20, 300]

/**
 * The server was seen to forget a workflow task that waited for a worker when the pause came. True when nothing has made
 * up for it in time, and an operator had to: by a Reset, as the manual says.
 */
export async function hadToBeCured(rig: Rig, { workflowId }: Pick<Moment, 'workflowId'>): Promise<boolean> {
  const of = operatorActs({ client: rig.temporal }, workflowId)
  const isStuck = async () => ((await of.taskWaitsSeconds()) ?? 0) > lostAfterSeconds
  await pause((lostAfterSeconds + 5) * 1_000)
  if (!(await isStuck())) return false
  rig.plan.note(`Temporal lost the workflow task of ${workflowId} at a pause`)
  const isCured = await until('a cure', async () => !(await isStuck()), cureWithinSeconds).catch(() => false)
  if (isCured) return false
  await of.reset((await of.resetPoints()).at(-1) ?? '', true)
  return true
}

/** Whichever comes next, if any does. */
async function atAnActivity(of: Acts, act: (type: string) => Promise<void>): Promise<boolean> {
  const done = await until(
    'an activity',
    async () => {
      if (!(await of.isOpen())) return 'over'
      const [type] = await of.pendingActivities()
      // It may end between the look and the act.
      return (
        type !== undefined &&
        (await act(type).then(
          () => 'done' as const,
          () => false as const,
        ))
      )
    },
    60,
  )
  return done === 'done'
}

/** With the same id it is refused while the request is open; with another it fails by itself. */
async function startedLikeThisOne(_of: Acts, { workflowId, id }: Moment, rig: Rig): Promise<boolean> {
  const request = await provisioningRequestOf(rig.database, id)
  const { taskQueue } = startOptions(request)
  const start = (copyId: string) =>
    rig.temporal.workflow.start(provisionVmType, { workflowId: copyId, taskQueue, args: [request] })
  const same = await start(workflowId).then(
    () => 'started',
    () => 'refused',
  )
  // Of a request that has ended in the meantime it ends at once.
  const open = await rig.rows('select 1 from vm_requests where id = $1 and closed_at is null', [id])
  if (same === 'started' && open.length > 0) throw new Error('a second workflow of an open request was let start')
  const copy = await start(`${workflowId}-copy`)
  const end = await copy.result().then(
    () => 'lived',
    (problem: unknown) => (problem instanceof WorkflowFailedError ? 'failed' : String(problem)),
  )
  if (end !== 'failed') throw new Error(`a copy of an open request ${end}`)
  return true
}
