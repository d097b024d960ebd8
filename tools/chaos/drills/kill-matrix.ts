import { setTimeout as pause } from 'node:timers/promises'
import type { Drill } from '../drill.ts'
import type { Call } from '../fault.ts'
import type { Rule } from '../fault-plan.ts'
import { ask, settle, withApprover } from '../rig/requests.ts'
import type { Rig } from '../rig/rig.ts'

type Point = Pick<Rule, 'through' | 'names'> & { victims: readonly string[] }

/** Each of these calls, with who dies at it. `caller` is the agent, the API or the workers. */
const points: readonly Point[] = [
  ...at(
    'vcenter',
    ['caller', 'workers', 'temporal'],
    'CloneVM_Task',
    'PowerOnVM_Task',
    'PowerOffVM_Task',
    'Destroy_Task',
  ),
  ...at('vcenter', ['caller'], 'FindAllByUuid', 'RetrievePropertiesEx', 'ModifyListView', 'Login'),
  ...at('temporal', ['caller', 'temporal', 'postgres'], 'RespondActivityTaskCompleted', 'RespondWorkflowTaskCompleted'),
  ...at('temporal', ['caller', 'temporal'], 'StartWorkflowExecution', 'UpdateWorkflowExecution'),
  ...at('temporal', ['caller'], 'RecordActivityTaskHeartbeat', 'PollActivityTaskQueue'),
  ...at('database', ['caller', 'postgres'], 'insert into vm_requests', 'insert into audit_entries', 'commit'),
  ...at('database', ['caller', 'postgres'], 'insert into placement_reservations', 'update vm_requests'),
]

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

/** F1, R1: every process dies before and after each step, and at random. */
export const killMatrix: Drill = {
  name: 'kill-matrix',
  does: 'kills API, workers, agents, Temporal and PostgreSQL before and after named calls, and at random',
  boundSeconds: 120,
  async run(rig) {
    const before = rig.processes.kills()
    const ids: Promise<string>[] = []
    const { seconds, held } = await withApprover(rig, async () => {
      const left: string[] = []
      // What comes late in a life comes first here: at the other points little gets that far.
      for (const through of ['vcenter', 'temporal', 'database'] as const)
        left.push(...(await killAtPoints(rig, ids, through)))
      rig.plan.note(`not come to: ${left.length === 0 ? 'nothing' : left.join('; ')}`)
      for (let n = 0; n < (rig.isLong ? 500 : 16); n++) {
        if (n % 2 === 0) ids.push(oneMore(rig, ids.length))
        await rig.processes.kill(rig.chance.oneOf(anyone, 'random kill'))
        await pause(rig.chance.between(200, rig.isLong ? 3_000 : 1_000, 'rest after a kill'))
      }
      return settle(rig, await Promise.all(ids), 180)
    })
    const kills = rig.processes.kills() - before
    const wanted = rig.isLong ? 500 : 50
    return [
      { ...{ goal: 'R1', what: 'kills', wanted: `≥ ${wanted}` }, reached: String(kills), isReached: kills >= wanted },
      {
        ...{
          goal: 'R1',
          isTime: true,
          what: `seconds until ${ids.length} requests were final or held`,
          wanted: '≤ 120',
        },
        ...{ reached: seconds.toFixed(0), isReached: seconds <= 120 },
      },
      { ...{ goal: 'R1', what: 'held of them', wanted: 'any' }, reached: String(held), isReached: true },
    ]
  },
}

const restMilliseconds = 500

/** A kill a moment, at whatever point is come to first, until all were; answers those that were not come to. */
async function killAtPoints(rig: Rig, ids: Promise<string>[], through: Call['through']): Promise<string[]> {
  let notBefore = 0
  const isTime = () => performance.now() > notBefore
  const strikes = chosen(rig, through).map(({ names, victim, when }) => {
    const rule = rig.plan.add({
      ...{ through, times: 1, ...(names && { names }) },
      isTime: () => isTime() && (victim === 'caller' || rig.processes.pidOf(victim) !== undefined),
      fault: { kind: 'kill', victim, when },
    })
    return { rule, name: `${victim} ${when} ${names?.join()}` }
  })
  const end = performance.now() + (rig.isLong ? 300 : 25) * 1_000
  let hits = 0
  for (let look = 0; hits < strikes.length && performance.now() < end; look++) {
    if (look % 8 === 0) ids.push(oneMore(rig, ids.length))
    await pause(100)
    const now = strikes.reduce((sum, { rule }) => sum + rule.hits(), 0)
    if (now > hits) notBefore = performance.now() + restMilliseconds
    hits = now
  }
  for (const { rule } of strikes) rule.remove()
  return strikes.filter(({ rule }) => rule.hits() === 0).map(({ name }) => name)
}

function at(through: Call['through'], victims: readonly string[], ...names: string[]): Point[] {
  return names.map((name) => ({ through, names: [name], victims }))
}

interface Strike extends Point {
  victim: string
  when: 'before' | 'after'
}

/** All of them when it may take long, else so many by the seed. */
function chosen(rig: Rig, through: Call['through']): Strike[] {
  const all = points
    .filter((point) => point.through === through)
    .flatMap((point) =>
      point.victims.flatMap((victim) => (['before', 'after'] as const).map((when) => ({ ...point, victim, when }))),
    )
  return all
    .map((strike) => ({ strike, order: rig.chance.between(0, 1_000_000, 'choice of kills') }))
    .sort((a, b) => a.order - b.order)
    .map(({ strike }) => strike)
    .slice(0, rig.isLong ? all.length : 18)
}

/** So that something is always under way. */
function oneMore(rig: Rig, soFar: number): Promise<string> {
  const site = rig.sites[soFar % rig.sites.length]
  return ask(rig, { ...(site && { site }), sizeId: soFar % 5 === 0 ? 'medium' : 'small', leaseSeconds: 7 })
}
