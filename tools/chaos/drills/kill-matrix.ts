import { setTimeout as pause } from 'node:timers/promises'
import type { Drill } from '../drill.ts'
import type { Call } from '../fault.ts'
import { atLeast, none, told, within, type Figure } from '../figures.ts'
import { longestStandstill } from '../rig/longest-standstill.ts'
import { ask, countOpen, settle, siteInTurn, withApprover } from '../rig/requests.ts'
import type { Rig } from '../rig/rig.ts'
import { secondVms } from '../rig/second-vms.ts'
import { inWords, killPoints, type KillPoint } from './kill-points.ts'

const anyone = [
  'api',
  'workers',
  'temporal',
  'postgres',
  'agent-demo',
  'agent-demo.2',
  'agent-demo-2',
  'agent-demo-2.2',
]

/** Long: all points, until each was struck. Short: so many of each line as the seed chooses, as far as they are come to. */
const scale = {
  long: {
    pointsOfALine: Infinity,
    secondsForALine: 1_800,
    randomKills: 500,
    killsInAll: killPoints.length + 500,
    restSeconds: 3,
    patienceSeconds: 3_600,
  },
  short: {
    pointsOfALine: 12,
    secondsForALine: 16,
    randomKills: 10,
    killsInAll: 50,
    restSeconds: 0.8,
    patienceSeconds: 240,
  },
}

/** F1, R1: every process dies before and after each step, and at random. */
export const killMatrix: Drill = {
  name: 'kill-matrix',
  does: 'kills API, workers, agents, Temporal and PostgreSQL before and after named calls, and at random',
  boundSeconds: 120,
  async run(rig) {
    const { randomKills, killsInAll } = scale[rig.isLong ? 'long' : 'short']
    const before = rig.processes.kills()
    const killed = () => rig.processes.kills() - before
    const requests = steadyRequests(rig)
    const { points, random, ids, held, seconds } = await withApprover(rig, async () => {
      const struck: Figure[] = []
      // What comes late in a life comes first here: at the other points little gets that far.
      for (const through of ['vcenter', 'temporal', 'database'] as const)
        struck.push(await killAtPoints(rig, requests, through))
      const kills = await killAtRandom(rig, requests, (soFar) => soFar >= randomKills && killed() >= killsInAll)
      const lastKillAt = rig.processes.killedAt().at(-1) ?? 0
      const acknowledged = await requests.all()
      const allAcknowledgedAt = Date.now()
      const settled = await settle(rig, acknowledged, 240)
      return {
        ...{ points: struck, random: kills, ids: acknowledged, held: settled.held },
        seconds: (allAcknowledgedAt - lastKillAt) / 1_000 + settled.seconds,
      }
    })
    const kills = rig.processes.killedAt().slice(before)
    return [
      ...points,
      atLeast('R1', 'kills at random', randomKills, random),
      atLeast('R1', 'kills in all', killsInAll, killed()),
      none('R1', 'second VMs', await secondVms(rig, ids)),
      within('R1', `after the last kill until the last of ${ids.length} requests was final or held`, 120, seconds),
      told('R1', 'seconds that one stood still after a kill, at most', await longestStandstill(rig, ids, kills)),
      told('R1', 'held of them', held.length),
    ]
  },
}

const restMilliseconds = 500

/** A kill a moment, at whatever point is come to first, until all were struck; a long form wants them all. */
async function killAtPoints(rig: Rig, requests: SteadyRequests, through: Call['through']): Promise<Figure> {
  const points = chosen(rig, through)
  let notBefore = 0
  const strikes = points.map((point) => {
    const { name, victim, when } = point
    const rule = rig.plan.add({
      ...{ through, names: [name], times: 1, fault: { kind: 'kill', victim, when } },
      isIt: () => performance.now() > notBefore && (victim === 'caller' || rig.processes.pidOf(victim) !== undefined),
    })
    return { rule, point }
  })
  const struck = () => strikes.filter(({ rule }) => rule.hits() > 0).length
  const end = performance.now() + scale[rig.isLong ? 'long' : 'short'].secondsForALine * 1_000
  for (let known = 0; known < strikes.length && performance.now() < end;) {
    await requests.another()
    await pause(100)
    const now = struck()
    if (now > known) notBefore = performance.now() + restMilliseconds
    known = now
  }
  for (const { rule } of strikes) rule.remove()
  const left = strikes.filter(({ rule }) => rule.hits() === 0).map(({ point }) => inWords(point))
  const what = `points on the lines to ${through} that were not struck, of ${points.length}`
  return rig.isLong ? none('R1', what, left) : told('R1', what, left.length)
}

/** Answers how many there were: one of a process that was just being started again is none. */
async function killAtRandom(rig: Rig, requests: SteadyRequests, isEnough: (soFar: number) => boolean): Promise<number> {
  const { restSeconds, patienceSeconds } = scale[rig.isLong ? 'long' : 'short']
  const end = performance.now() + patienceSeconds * 1_000
  let kills = 0
  while (!isEnough(kills) && performance.now() < end) {
    await requests.another()
    if (await rig.processes.kill(rig.chance.oneOf(anyone, 'random kill'))) kills += 1
    await pause(rig.chance.between(200, restSeconds * 1_000, 'rest after a kill'))
  }
  return kills
}

/** Those that the chance has first. */
function chosen(rig: Rig, through: Call['through']): KillPoint[] {
  return killPoints
    .filter((point) => point.through === through)
    .map((point) => ({ point, order: rig.chance.between(0, 1_000_000, 'choice of kills') }))
    .sort((a, b) => a.order - b.order)
    .map(({ point }) => point)
    .slice(0, scale[rig.isLong ? 'long' : 'short'].pointsOfALine)
}

const [mostUnderWay, mostUnanswered] = [12, 4]
const betweenRequestsMilliseconds = 400

/** Sees to it that something is always under way, and never so much that nothing comes to its end. */
function steadyRequests(rig: Rig) {
  const asked: Promise<string>[] = []
  let unanswered = 0
  let notBefore = 0
  const another = async () => {
    if (performance.now() < notBefore || unanswered >= mostUnanswered) return
    const open = await countOpen(rig).catch(() => mostUnderWay)
    if (open >= mostUnderWay) return
    notBefore = performance.now() + betweenRequestsMilliseconds
    unanswered += 1
    const n = asked.length
    const one = ask(rig, {
      ...{ leaseSeconds: 7, ...siteInTurn(rig, n) },
      ...(n % 3 === 0 && { sizeId: 'medium' }),
      ...(n % 4 === 1 && { item: 'gentle' }),
    })
    asked.push(one)
    void one.finally(() => (unanswered -= 1)).catch(() => {})
  }
  return { another, all: () => Promise.all(asked) }
}
type SteadyRequests = ReturnType<typeof steadyRequests>
