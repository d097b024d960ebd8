import { setTimeout as pause } from 'node:timers/promises'
import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import { until } from '@berth/testing/until.ts'
import type { Drill } from '../drill.ts'
import { atLeast, none, told, type Figure } from '../figures.ts'
import type { TracedCall } from '../proxies/vcenter-proxy.ts'
import { ask, settle } from '../rig/requests.ts'
import type { Rig, RigSite } from '../rig/rig.ts'
import { secondVms } from '../rig/second-vms.ts'
import { writesOf } from '../rig/writes-of.ts'
import { slowClones } from './slow-clones.ts'

interface Parting {
  seconds: number
  clones: number
}

/** Shorter than a clone: it is found under way. */
const brief: Parting = { seconds: 24, clones: 3 }
const lasting: Parting = { seconds: 600, clones: 10 }

/** F3, R6: agents lose Temporal while their clones are under way, long enough for the server to give them up. */
export const partition: Drill = {
  name: 'partition',
  does: 'takes Temporal from the agents of a site in the middle of their clones: from all at one, at another from the one that cloned',
  boundSeconds: 180,
  needs: () => slowClones,
  async run(rig) {
    const [first, second] = rig.sites
    if (first === undefined || second === undefined) throw new Error('the rig has too few sites')
    const figures: Figure[] = []
    for (const parting of rig.isLong ? [lasting, brief] : [brief]) {
      const all = partedFrom(rig, first, parting, 'all agents', () => first.agents)
      const one = partedFrom(rig, second, parting, 'the agent that cloned', (clones) => [busiest(clones)])
      figures.push(...(await Promise.all([all, one])).flat())
    }
    return figures
  },
}

async function partedFrom(
  rig: Rig,
  site: RigSite,
  { seconds, clones: count }: Parting,
  who: string,
  partedBy: (clones: readonly TracedCall[]) => readonly string[],
): Promise<Figure[]> {
  const from = Date.now()
  const clones = () => clonesAt(rig, site).filter(({ at, status }) => at >= from && status === 200)
  const ids = await Promise.all(Array.from({ length: count }, () => ask(rig, { site, leaseSeconds: 5 })))
  await until('all clones to be under way', async () => clones().length >= count, 30)
  const parted = partedBy(clones())
  const theirs = clones().filter(({ by }) => parted.includes(by)).length
  const lines = parted.flatMap((agent) => rig.lines.temporal.get(agent) ?? [])
  for (const line of lines) line.hold()
  rig.plan.note(`${parted.join(', ')} parted from Temporal, with ${theirs} clones under way`)
  await pause(seconds * 1_000)
  for (const line of lines) line.mend()
  rig.plan.note(`mended after ${seconds} s`)
  const settled = await settle(rig, ids, 180)
  const names = clonesAt(rig, site).flatMap(({ at, name }) => (at >= from && name !== undefined ? [name] : []))
  const takenOver = (await Promise.all(ids.map((id) => wasTakenOverRunning(rig, site, id)))).filter(Boolean).length
  const isLasting = seconds > slowClones.cloneSeconds
  const isOverBefore = isLasting && parted.length === site.agents.length
  // The server gives one more attempt to the poll that the parted agent has open; until that times out, the clone is over.
  const swallowed = isLasting ? 1 : 0
  const what = `clones taken over while they ran, of ${theirs} of ${who}, parted for ${seconds} s`
  return [
    isOverBefore ? told('R6', what, takenOver) : atLeast('R6', what, theirs - swallowed, takenOver),
    none('R6', `second clones over ${count} requests, ${who} parted for ${seconds} s`, await secondVms(rig, ids)),
    // An answer to a poll that was held back brings an attempt that the server has given up, beside the next one.
    told('R6', 'attempts at one, refused by vCenter for the name', names.length - new Set(names).size),
    none('R6', 'held of them', settled.held),
  ]
}

const clonesAt = (rig: Rig, { agents }: RigSite): TracedCall[] =>
  agents.flatMap((agent) => writesOf(rig, agent)).filter(({ method }) => method === 'CloneVM_Task')

function busiest(clones: readonly TracedCall[]): string {
  const perAgent = [...Map.groupBy(clones, ({ by }) => by)].sort(([, a], [, b]) => b.length - a.length)
  return perAgent[0]?.[0] ?? ''
}

/** A further attempt at the clone began before vCenter had made the VM. */
async function wasTakenOverRunning(rig: Rig, site: RigSite, id: string): Promise<boolean> {
  const made = (await site.recorder.events()).find(
    ({ kind, instanceUuid }) => kind === 'created' && instanceUuid === id,
  )?.at
  const { events } = await rig.temporal.workflow.getHandle(vmRequestWorkflowId(site.id, id)).fetchHistory()
  const clone = (events ?? []).find(
    ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name === 'cloneVm',
  )
  const attempt = (events ?? []).find(
    ({ activityTaskStartedEventAttributes: started }) =>
      started && Number(started.scheduledEventId) === Number(clone?.eventId),
  )
  const began = Number(attempt?.eventTime?.seconds ?? Infinity) * 1_000
  const isFurther = (attempt?.activityTaskStartedEventAttributes?.attempt ?? 0) > 1
  return isFurther && made !== undefined && began < Date.parse(made)
}
