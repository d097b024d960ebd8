import type { WorkflowHandle } from '@temporalio/client'
import type { Rig } from '../rig/rig.ts'

/** A Reset from late in a life to the workflow task with which something early began. */
export interface FarReset {
  from: (typeof lateStates)[number]
  backTo: (typeof beginnings)[number]
}

const lateStates = ['active', 'expired'] as const
const beginnings = ['the approval', 'place', 'clone'] as const
const activities = { place: 'findPlacements', clone: 'cloneVm' } as const

/** All; in a short form one to each beginning, from a state by the seed. */
export const farResets = ({ isLong, chance }: Rig): FarReset[] =>
  beginnings.flatMap((backTo) =>
    (isLong ? lateStates : [chance.oneOf(lateStates, 'state of a far Reset')]).map((from) => ({ from, backTo })),
  )

/** Id of the event at which the Reset ends; undefined while the request is not in that state. */
export async function farResetPoint(
  rig: Rig,
  { from, backTo }: FarReset,
  { id, handle }: { id: string; handle: WorkflowHandle },
): Promise<string | undefined> {
  const late = await rig.rows('select 1 from vm_requests where id = $1 and state = $2', [id, from])
  if (late.length === 0) return undefined
  const { events } = await handle.fetchHistory()
  const began = (events ?? []).findIndex((event) =>
    backTo === 'the approval'
      ? event.workflowExecutionUpdateAcceptedEventAttributes
      : event.activityTaskScheduledEventAttributes?.activityType?.name === activities[backTo],
  )
  const task = (events ?? []).slice(0, began).findLast((event) => event.workflowTaskCompletedEventAttributes)
  return task === undefined || began < 0 ? undefined : String(task.eventId)
}
