import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import { operatorActs } from '@berth/testing/operator-acts.ts'
import { until } from '@berth/testing/until.ts'
import type { Drill } from '../drill.ts'
import { atLeast, none, told, within } from '../figures.ts'
import { ask, settle, siteInTurn, withApprover } from '../rig/requests.ts'
import type { Rig } from '../rig/rig.ts'
import { secondVms } from '../rig/second-vms.ts'
import { farResetPoint, farResets, type FarReset } from './far-resets.ts'
import { actNames, hadToBeCured, perform, type ActName } from './operator-acts-at.ts'

/** One act: when this workflow task of a life has been completed, or late in a life for a Reset far back. */
interface Cell {
  act: ActName
  at: { nth: number } | FarReset
}

const inWords = ({ act, at }: Cell): string =>
  'nth' in at ? `${act} at workflow task ${at.nth}` : `${act} from ${at.from} to ${at.backTo}`

interface Acted extends Cell {
  id: string
  outcome: 'took effect' | 'the life had ended' | `refused: ${string}`
  /** Of a terminated one that was open: until it ran again. */
  repairedAfter?: number
  /** It did not go on after a pause until an operator reset it. */
  wasReset?: boolean
}

/** Lives side by side. */
const lanes = { long: 16, short: 10 }

/** F16, R10: what an operator can press in the Temporal UI, at each event of a life. */
export const operatorMatrix: Drill = {
  name: 'operator-matrix',
  does: 'resets, terminates, cancels, pauses and copies workflows, and pauses and resets their activities, at each event of a life',
  boundSeconds: 360,
  async run(rig) {
    const { acted, settled } = await withApprover(rig, async () => {
      const cells = [...cellsOf(rig, await eventsOfALife(rig)), ...farCells(rig)]
      const done = await inLanes(cells, lanes[rig.isLong ? 'long' : 'short'], (cell, n) => oneLife(rig, cell, n))
      return { acted: done, settled: await settle(rig, idsOf(done), 400) }
    })
    const effective = acted.filter(({ outcome }) => outcome === 'took effect')
    const refused = acted.filter(({ outcome }) => outcome.startsWith('refused'))
    const repaired = acted.flatMap(({ repairedAfter }) => repairedAfter ?? [])
    const far = (some: readonly Acted[]) => some.filter(({ at }) => !('nth' in at)).length
    const kinds = new Set(effective.map(({ act }) => act))
    const every = `reconciling every ${rig.reconcileSeconds} s`
    return [
      atLeast('R10', `acts that took effect, of ${acted.length}`, Math.ceil(acted.length / 2), effective.length),
      atLeast('R10', `Resets far back among them, of ${far(acted)}`, Math.ceil(far(acted) / 3), far(effective)),
      told('R10', 'whose life had ended first', acted.length - effective.length - refused.length),
      none('R10', 'acts that never took effect', rig.isLong ? actNames.filter((act) => !kinds.has(act)) : []),
      none(
        'R10',
        'acts that were refused otherwise than they should be',
        refused.map((one) => `${inWords(one)}, ${one.outcome}`),
      ),
      none('R10', 'second VMs', await secondVms(rig, idsOf(acted))),
      // Temporal's own: the server may lose the workflow task that a pause or its end meets.
      told(
        'R10',
        'paused and unpaused ones that went on only after a Reset',
        acted.filter(({ wasReset }) => wasReset === true).length,
      ),
      within(
        'R10',
        `until the last of ${repaired.length} terminated ran again, ${every}`,
        300,
        Math.max(0, ...repaired),
      ),
      told('R10', `held of ${acted.length}`, settled.held.length),
    ]
  },
}

const idsOf = (acted: readonly Acted[]): string[] => acted.map(({ id }) => id)

/** How many workflow tasks one has to whom nothing happens. */
async function eventsOfALife(rig: Rig): Promise<number> {
  const [site] = rig.sites
  const id = await ask(rig, { sizeId: 'medium', leaseSeconds: 7 })
  await settle(rig, [id])
  return (await operatorActs({ client: rig.temporal }, vmRequestWorkflowId(site?.id ?? '', id)).resetPoints()).length
}

/** All acts at all events; in short some of the events, by the seed. */
function cellsOf(rig: Rig, events: number): Cell[] {
  const all = Array.from({ length: events }, (_, nth) => nth)
  return actNames.flatMap((act) => {
    const chosen = rig.isLong ? all : [0, 1].map(() => rig.chance.between(1, events - 4, 'moment of an operator'))
    return chosen.map((nth) => ({ act, at: { nth } }))
  })
}

const resets = ['reset', 'reset without re-applying'] as const satisfies ActName[]

/** In a short form one kind of Reset for each, by the seed. */
const farCells = (rig: Rig): Cell[] =>
  farResets(rig).flatMap((at) =>
    (rig.isLong ? resets : [rig.chance.oneOf(resets, 'kind of a far Reset')]).map((act) => ({ act, at })),
  )

async function inLanes<T, R>(
  items: readonly T[],
  count: number,
  act: (item: T, n: number) => Promise<R>,
): Promise<R[]> {
  const done: R[] = []
  let next = 0
  const lane = async () => {
    for (let n = next++; n < items.length; n = next++) done.push(await act(items[n] as T, n))
  }
  await Promise.all(Array.from({ length: count }, lane))
  return done
}

async function oneLife(rig: Rig, cell: Cell, n: number): Promise<Acted> {
  const { site } = siteInTurn(rig, n)
  if (site === undefined) throw new Error('the rig has no site')
  const id = await ask(rig, { site, leaseSeconds: 7, sizeId: 'medium' })
  const workflowId = vmRequestWorkflowId(site.id, id)
  const acts = operatorActs({ client: rig.temporal }, workflowId)
  const isOpen = () => acts.isOpen().catch(() => false)
  const handle = rig.temporal.workflow.getHandle(workflowId)
  const { at } = cell
  const pointNow = async () =>
    'nth' in at ? (await acts.resetPoints())[at.nth] : farResetPoint(rig, at, { id, handle })
  const point = await until(
    `the moment of ${inWords(cell)} (${id})`,
    async () => (await pointNow().catch(() => undefined)) ?? ((await isEnded(rig, id)) && 'none'),
    120,
  )
  if (point === 'none' || !(await isOpen())) return { ...cell, id, outcome: 'the life had ended' }
  rig.plan.note(`operator: ${inWords(cell)} (${id})`)
  const performed = await perform(rig, cell.act, { workflowId, id, point }).catch((problem: unknown) => problem)
  if (performed === true) {
    const repairedAfter = cell.act === 'terminate' ? await timeUntilRepaired(rig, acts, id) : undefined
    const wasReset = cell.act === 'pause and unpause the workflow' && (await hadToBeCured(rig, { workflowId }))
    return { ...cell, id, outcome: 'took effect', wasReset, ...(repairedAfter !== undefined && { repairedAfter }) }
  }
  if (performed === false || !(await isOpen())) return { ...cell, id, outcome: 'the life had ended' }
  return { ...cell, id, outcome: `refused: ${performed instanceof Error ? performed.message : String(performed)}` }
}

async function isEnded(rig: Rig, id: string): Promise<boolean> {
  const open = await rig.rows('select 1 from vm_requests where id = $1 and closed_at is null', [id])
  return open.length === 0
}

/** One that was ended in the record needs no workflow. */
async function timeUntilRepaired(
  rig: Rig,
  acts: ReturnType<typeof operatorActs>,
  id: string,
): Promise<number | undefined> {
  const began = performance.now()
  const how = await until(
    `a workflow for the terminated ${id}`,
    async () => ((await isEnded(rig, id)) ? 'ended' : (await acts.isOpen()) && 'runs'),
    420,
  )
  return how === 'runs' ? (performance.now() - began) / 1_000 : undefined
}
