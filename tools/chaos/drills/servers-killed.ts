import { setTimeout as pause } from 'node:timers/promises'
import { finalStates } from '@berth/domain/vm-request.ts'
import type { Drill } from '../drill.ts'
import { atLeast, none, told, within } from '../figures.ts'
import { executions } from '../rig/executions.ts'
import { askMany, settle, states, withApprover } from '../rig/requests.ts'
import type { Rig } from '../rig/rig.ts'
import { secondVms } from '../rig/second-vms.ts'

/** As many as are asked for in a second; of three, one is built and the others are declined by their approver. */
const perSecond = 3

/** R7: Temporal and PostgreSQL die again and again while people ask. */
export const serversKilled: Drill = {
  name: 'servers-killed',
  does: 'kills Temporal and PostgreSQL every minute while requests come and live',
  boundSeconds: 240,
  async run(rig) {
    const since = new Date()
    const [seconds, betweenKills] = rig.isLong ? [600, 60] : [20, 6]
    const before = rig.processes.kills()
    const { ids, settled } = await withApprover(
      rig,
      async () => {
        const asking = askMany(rig, seconds * perSecond, perSecond, (n) => ({
          leaseSeconds: 6,
          ...(n % 3 !== 0 && { sizeId: 'medium' }),
        }))
        await killBoth(rig, seconds, betweenKills)
        const asked = await asking
        return { ids: asked, settled: await settle(rig, asked, rig.isLong ? 900 : 180) }
      },
      () => 'declined',
    )
    const { never, twice } = await executions(rig, ids, since)
    const wanted = 2 * Math.floor(seconds / betweenKills)
    return [
      atLeast('R7', `kills of Temporal and PostgreSQL in ${seconds} s`, wanted, rig.processes.kills() - before),
      told('R7', 'requests acknowledged', ids.length),
      none('R7', 'acknowledged requests lost', [...(await lost(rig, ids)), ...never]),
      none('R7', 'workflows that were started twice', twice),
      none('R7', 'second VMs', await secondVms(rig, ids)),
      none('R7', 'requests that needed a person', settled.held),
      within('R1', 'after the last was acknowledged until all had ended', 120, settled.seconds),
    ]
  },
}

/** One half of the interval after the other, so that each also dies while the other lives. */
async function killBoth(rig: Rig, seconds: number, betweenKills: number): Promise<void> {
  for (let n = 0; n < Math.floor(seconds / betweenKills); n++)
    for (const victim of ['temporal', 'postgres']) {
      await pause((betweenKills / 2) * 1_000)
      while (!(await rig.processes.kill(victim))) await pause(100)
    }
}

/** No row, or no end. */
async function lost(rig: Rig, ids: readonly string[]): Promise<string[]> {
  const now = await states(rig, ids)
  const ended = new Set(finalStates.flatMap((state) => now.get(state) ?? []))
  return ids.filter((id) => !ended.has(id))
}
