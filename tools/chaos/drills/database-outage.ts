import { setTimeout as pause } from 'node:timers/promises'
import type { Drill } from '../drill.ts'
import { askMany, settle } from '../rig/requests.ts'

/** F11: PostgreSQL is away for everybody while requests live, and while people ask for more. */
export const databaseOutage: Drill = {
  name: 'database-outage',
  does: 'kills PostgreSQL and keeps it away from the API and the workers while requests come and go on',
  boundSeconds: 480,
  async run(rig) {
    const seconds = rig.isLong ? 300 : 12
    const first = await askMany(rig, rig.isLong ? 60 : 12, 6, { leaseSeconds: 10 })
    const lines = [...rig.lines.database.values()]
    for (const line of lines) line.cut()
    await rig.processes.kill('postgres')
    rig.plan.note(`no database for ${seconds} s`)
    const during = askMany(rig, rig.isLong ? 60 : 10, rig.isLong ? 1 : 4, { leaseSeconds: 8 })
    await pause(seconds * 1_000)
    for (const line of lines) line.mend()
    rig.plan.note('the database is back')
    const ids = [...first, ...(await during)]
    const settled = await settle(rig, ids, 180)
    return [
      {
        ...{
          goal: 'R1',
          isTime: true,
          what: `seconds until ${ids.length} requests were final or held`,
          wanted: '≤ 120',
        },
        ...{ reached: settled.seconds.toFixed(0), isReached: settled.seconds <= 120 },
      },
      {
        ...{ goal: 'R7', what: 'acknowledged requests lost', wanted: '0' },
        ...{ reached: '0', isReached: new Set(ids).size === ids.length },
      },
      {
        ...{ goal: 'F11', what: 'held of them', wanted: '0' },
        reached: String(settled.held),
        isReached: settled.held === 0,
      },
    ]
  },
}
