import { setTimeout as pause } from 'node:timers/promises'
import type { Drill } from '../drill.ts'
import { none, within, type Figure } from '../figures.ts'
import { executions } from '../rig/executions.ts'
import { askMany, settle } from '../rig/requests.ts'
import type { Rig } from '../rig/rig.ts'

interface Outage {
  what: string
  begin(rig: Rig): Promise<unknown>
  shortSeconds: number
  longSeconds: number
}

const linesOf = (rig: Rig) => [...rig.lines.database.values()]

const outages: readonly Outage[] = [
  {
    what: 'killed and away',
    async begin(rig) {
      for (const line of linesOf(rig)) line.cut()
      await rig.processes.kill('postgres')
    },
    ...{ shortSeconds: 12, longSeconds: 300 },
  },
  {
    // What was sent arrives in the end, long after its sender has given it up and done it anew.
    what: 'silent on lines that do not end',
    begin: async (rig) => linesOf(rig).forEach((line) => line.hold()),
    ...{ shortSeconds: 15, longSeconds: 120 },
  },
  {
    what: 'slow by 0.5 s each way',
    begin: async (rig) => linesOf(rig).forEach((line) => line.slow(0.5)),
    ...{ shortSeconds: 10, longSeconds: 60 },
  },
]

/** F11: PostgreSQL is away for everybody while requests live, and while people ask for more. */
export const databaseOutage: Drill = {
  name: 'database-outage',
  does: 'kills PostgreSQL and keeps it away from the API and the workers while requests come and go on; then makes it silent, then slow',
  boundSeconds: 480,
  async run(rig) {
    const figures: Figure[] = []
    for (const outage of outages) figures.push(...(await through(rig, outage)))
    return figures
  },
}

async function through(rig: Rig, { what, begin, shortSeconds, longSeconds }: Outage): Promise<Figure[]> {
  const since = new Date()
  const seconds = rig.isLong ? longSeconds : shortSeconds
  const first = await askMany(rig, rig.isLong ? 60 : 12, 6)
  await begin(rig)
  rig.plan.note(`the database is ${what} for ${seconds} s`)
  const during = askMany(rig, rig.isLong ? 60 : 10, rig.isLong ? 1 : 4, () => ({ leaseSeconds: 8 }))
  await pause(seconds * 1_000)
  for (const line of linesOf(rig)) line.mend()
  rig.plan.note('the database is back')
  const back = performance.now()
  const ids = [...first, ...(await during)]
  const acknowledgedAfter = (performance.now() - back) / 1_000
  const settled = await settle(rig, ids, 180)
  const { twice } = await executions(rig, ids, since)
  return [
    within('F11', `until all who had asked were answered, after it was ${what}`, 60, acknowledgedAfter),
    within('R1', `then until ${ids.length} requests were final or held`, 120, settled.seconds),
    none('F11', 'held of them', settled.held),
    none('F11', 'whose workflow broke off and was started again', twice),
  ]
}
