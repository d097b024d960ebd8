import { setTimeout as pause } from 'node:timers/promises'
import type { Drill } from '../drill.ts'
import { none, within } from '../figures.ts'
import { executions } from '../rig/executions.ts'
import { askMany, settle } from '../rig/requests.ts'

/** F11: PostgreSQL is away for everybody while requests live, and while people ask for more. */
export const databaseOutage: Drill = {
  name: 'database-outage',
  does: 'kills PostgreSQL and keeps it away from the API and the workers while requests come and go on',
  boundSeconds: 480,
  async run(rig) {
    const since = new Date()
    const seconds = rig.isLong ? 300 : 12
    const first = await askMany(rig, rig.isLong ? 60 : 12, 6)
    const lines = [...rig.lines.database.values()]
    for (const line of lines) line.cut()
    await rig.processes.kill('postgres')
    rig.plan.note(`no database for ${seconds} s`)
    const during = askMany(rig, rig.isLong ? 60 : 10, rig.isLong ? 1 : 4, () => ({ leaseSeconds: 8 }))
    await pause(seconds * 1_000)
    for (const line of lines) line.mend()
    rig.plan.note('the database is back')
    const back = performance.now()
    const ids = [...first, ...(await during)]
    const acknowledgedAfter = (performance.now() - back) / 1_000
    const settled = await settle(rig, ids, 180)
    const { twice } = await executions(rig, ids, since)
    return [
      within('F11', 'after the database was back until all who had asked were answered', 60, acknowledgedAfter),
      within('R1', `then until ${ids.length} requests were final or held`, 120, settled.seconds),
      none('F11', 'held of them', settled.held),
      none('F11', 'whose workflow broke off and was started again', twice),
    ]
  },
}
