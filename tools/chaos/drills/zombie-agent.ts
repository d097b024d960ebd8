import { setTimeout as pause } from 'node:timers/promises'
import { until } from '@berth/testing/until.ts'
import type { Drill } from '../drill.ts'
import { none, within, type Figure } from '../figures.ts'
import { noticedAfter, resumedAfter } from '../rig/agent-loss.ts'
import type { ItemKind } from '../rig/drill-configuration.ts'
import { allEnded, allIn, ask, giveBack, withApprover } from '../rig/requests.ts'
import type { Rig, RigSite } from '../rig/rig.ts'
import { writesOf } from '../rig/writes-of.ts'
import { lastLookBefore, looks, type Write } from './last-look.ts'
import { slowClones } from './slow-clones.ts'

interface Point {
  method: Write
  /** `looked`: it has the answer of its last look before the write, and would write next. */
  when: 'looked' | 'before' | 'after'
  item?: ItemKind
  /** At the end of a life: whoever takes over ends it. */
  isLate?: true
}

/** Where an agent is lost: it has looked and is about to write, or has written and does not know. A short form has the first two. */
const frozenAt: readonly Point[] = [
  { method: 'CloneVM_Task', when: 'looked' },
  { method: 'PowerOffVM_Task', when: 'looked', isLate: true },
  { method: 'Destroy_Task', when: 'looked', isLate: true },
  { method: 'ShutdownGuest', when: 'looked', isLate: true, item: 'gentle' },
  { method: 'PowerOnVM_Task', when: 'looked' },
  { method: 'ReconfigVM_Task', when: 'looked' },
  { method: 'CloneVM_Task', when: 'after' },
  { method: 'ReconfigVM_Task', when: 'after' },
  { method: 'PowerOnVM_Task', when: 'after' },
  { method: 'PowerOffVM_Task', when: 'after', isLate: true },
  { method: 'Destroy_Task', when: 'after', isLate: true },
]
const killedAt: readonly Point[] = [
  { method: 'CloneVM_Task', when: 'after' },
  { method: 'PowerOffVM_Task', when: 'before', isLate: true },
]

/** F1, F2, R5: an agent stops in the middle, another goes on, and then the first one wakes; or it is killed. */
export const zombieAgent: Drill = {
  name: 'zombie-agent',
  does: 'freezes an agent between its last look and its write, or after the write, lets another take over, and wakes it; and kills one',
  boundSeconds: 240,
  needs: () => slowClones,
  async run(rig) {
    const [frozen, killed] = rig.isLong ? [frozenAt, killedAt] : [frozenAt.slice(0, 2), killedAt.slice(0, 1)]
    return withApprover(rig, async () => [
      ...(await atEachSite(rig, frozen, freezeAt)),
      ...(await atEachSite(rig, killed, killAt)),
    ])
  },
}

/** One point after another, at all sites side by side. */
async function atEachSite(
  rig: Rig,
  points: readonly Point[],
  lose: (rig: Rig, site: RigSite, point: Point) => Promise<Figure[]>,
): Promise<Figure[]> {
  const left = [...points]
  const perSite = rig.sites.map(async (site) => {
    const figures: Figure[] = []
    for (let point = left.shift(); point !== undefined; point = left.shift())
      figures.push(...(await lose(rig, site, point)))
    return figures
  })
  return (await Promise.all(perSite)).flat()
}

/** Then a call is given up: who wakes later would not write anyway. */
const callSeconds = 30

async function freezeAt(rig: Rig, site: RigSite, point: Point): Promise<Figure[]> {
  const frozenSeconds = rig.isLong && point.when === 'after' ? 120 : 0
  const watchedSeconds = rig.isLong ? 60 : 15
  const isWokenInBetween = point.when === 'looked' && point.method === 'CloneVM_Task'
  const { id, agent, pid, lostAt } = await lost(rig, site, point, ({ by }) => rig.processes.freeze(by))
  const noticed = noticedAfter(rig, site, pid, lostAt)
  noticed.catch(() => {})
  // A call is given up after 30 s, even one whose answer has come since: the clone takes longer.
  if (isWokenInBetween) await begunElsewhere(rig, site, point, { agent, lostAt })
  else await goneOn(rig, id, point)
  const secondsUntilNoticed = await noticed
  await pause(Math.max(0, lostAt + frozenSeconds * 1_000 - Date.now()))
  const wokenAt = Date.now()
  const secondsFrozen = (wokenAt - lostAt) / 1_000
  rig.processes.wake(agent)
  await pause(watchedSeconds * 1_000)
  // What comes after the other one's clone, it may do again as any agent.
  const isIts = (method: string) => !isWokenInBetween || method === point.method
  const written = writesOf(rig, agent).filter(({ at, method }) => at >= wokenAt && isIts(method))
  await goneOn(rig, id, point)
  const where = `${agent} frozen ${inWords(point)}`
  const figures = [
    within('R5', `until resumed elsewhere, ${where}`, 60, await resumedAfter(rig, site, id, pid, lostAt)),
    within('R5', `until noticed, ${where}`, 30, secondsUntilNoticed),
    ...(point.when === 'looked' ? [within('R5', `until woken, ${where}`, callSeconds, secondsFrozen)] : []),
  ]
  await giveBack(rig, [id])
  const what = `writes to vCenter within ${watchedSeconds} s by the woken ${where}`
  return [
    ...figures,
    none(
      'R5',
      what,
      written.map(({ method }) => method),
    ),
  ]
}

/** Before the workflow's history knows: of an attempt that is a further one it tells only when that has ended. */
const begunElsewhere = (
  rig: Rig,
  { agents }: RigSite,
  { method: write }: Point,
  { agent, lostAt }: Pick<Loss, 'agent' | 'lostAt'>,
): Promise<boolean> =>
  until(`another agent to call ${write}`, async () =>
    agents.some(
      (other) => other !== agent && writesOf(rig, other).some(({ at, method }) => at > lostAt && method === write),
    ),
  )

async function killAt(rig: Rig, site: RigSite, point: Point): Promise<Figure[]> {
  const { id, agent, pid, lostAt } = await lost(rig, site, point, ({ by }) => rig.processes.kill(by).catch(() => {}))
  const noticed = noticedAfter(rig, site, pid, lostAt)
  noticed.catch(() => {})
  await goneOn(rig, id, point)
  const where = `${agent} killed ${inWords(point)}`
  const figures = [
    within('R5', `until resumed elsewhere, ${where}`, 60, await resumedAfter(rig, site, id, pid, lostAt)),
    within('R5', `until noticed, ${where}`, 30, await noticed),
  ]
  await giveBack(rig, [id])
  return figures
}

const inWords = ({ method, when }: Point): string => `${when === 'looked' ? 'between its look and' : when} ${method}`

interface Loss {
  id: string
  agent: string
  pid: number
  lostAt: number
}

/** A request comes, and whichever agent first gets to the point is lost there. */
async function lost(rig: Rig, site: RigSite, point: Point, lose: (agent: { by: string }) => unknown): Promise<Loss> {
  const { method, when, isLate, item = 'plain' } = point
  // Of a medium one the disk has to grow, and nothing is looked for before it is approved. An early loss leaves the lease
  // going on while the agent is watched.
  const id = await ask(rig, { site, item, sizeId: 'medium', leaseSeconds: isLate ? 6 : 400 })
  let loss: Omit<Loss, 'id'> | undefined
  const rule = rig.plan.add({
    ...{ through: 'vcenter', by: site.agents, times: 1 },
    ...(when === 'looked' ? { names: looks, isIt: lastLookBefore(method, id) } : { names: [method] }),
    fault: {
      ...{ kind: 'do', what: 'agent lost', when: when === 'looked' ? 'after' : when },
      deed({ by }) {
        loss = { agent: by, pid: rig.processes.pidOf(by) ?? 0, lostAt: Date.now() }
        void lose({ by })
      },
    },
  })
  const found = await until(`an agent to be lost ${inWords(point)}`, async () => loss, 120)
  rule.remove()
  return { id, ...found }
}

const goneOn = (rig: Rig, id: string, { isLate }: Point): Promise<number> =>
  isLate ? allEnded(rig, [id]) : allIn(rig, [id], ['active'], 120)
