import { setTimeout as pause } from 'node:timers/promises'
import type { Drill, Figure } from '../drill.ts'
import { allEnded, allIn, ask } from '../rig/requests.ts'
import type { Rig, RigSite } from '../rig/rig.ts'
import { writesOf } from '../rig/writes-of.ts'

/** Where an agent is frozen: it has looked and is about to write, or has written and does not know. */
const points = [
  { method: 'FindAllByUuid', when: 'after' },
  { method: 'CloneVM_Task', when: 'after' },
  { method: 'CloneVM_Task', when: 'before' },
  { method: 'PowerOnVM_Task', when: 'after' },
] as const

/** F2, R5: an agent stops in the middle, another goes on, and then the first one wakes. */
export const zombieAgent: Drill = {
  name: 'zombie-agent',
  does: 'freezes an agent around a write, lets another take over, and wakes it',
  boundSeconds: 180,
  async run(rig) {
    const figures: Figure[] = []
    const rounds = rig.isLong ? points.map((point) => [point, point] as const) : [[points[0], points[1]] as const]
    for (const round of rounds)
      figures.push(
        ...(
          await Promise.all(rig.sites.map((site, index) => freezeAt(rig, site, round[index % 2] ?? round[0])))
        ).flat(),
      )
    return figures
  },
}

async function freezeAt(rig: Rig, site: RigSite, { method, when }: (typeof points)[number]): Promise<Figure[]> {
  let frozen: string | undefined
  const rule = rig.plan.add({
    ...{ through: 'vcenter', names: [method], by: site.agents, times: 1 },
    fault: {
      ...{ kind: 'do', what: 'agent frozen', when },
      deed({ by }) {
        frozen = by
        rig.processes.freeze(by)
      },
    },
  })
  const id = await ask(rig, { site, leaseSeconds: 15 })
  const began = performance.now()
  const resumedAfter = await allIn(rig, [id], ['active'], 120)
  rule.remove()
  if (frozen === undefined) throw new Error(`nobody called ${method}`)
  if (rig.isLong) await pause(Math.max(0, 120_000 - (performance.now() - began)))
  const wokenAt = Date.now()
  rig.processes.wake(frozen)
  await pause(6_000)
  const writes = writesOf(rig, frozen).filter(({ at }) => at >= wokenAt && at < wokenAt + 6_000)
  await allEnded(rig, [id])
  return [
    {
      ...{
        goal: 'R5',
        isTime: true,
        what: `seconds until handed over, ${frozen} frozen ${when} ${method}`,
        wanted: '≤ 60',
      },
      ...{ reached: resumedAfter.toFixed(0), isReached: resumedAfter <= 60 },
    },
    {
      ...{ goal: 'R5', what: `writes to vCenter by the woken ${frozen}`, wanted: '0' },
      reached: writes.length === 0 ? '0' : writes.map(({ method: write }) => write).join(', '),
      isReached: writes.length === 0,
    },
  ]
}
