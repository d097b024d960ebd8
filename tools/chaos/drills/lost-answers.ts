import type { Drill } from '../drill.ts'
import { allEnded, askMany, withApprover } from '../rig/requests.ts'
import { writes } from '../rig/writes-of.ts'

/** F4, R2: vCenter does what it is asked, and in one of five cases nobody hears that it did. */
export const lostAnswers: Drill = {
  name: 'lost-answers',
  does: 'loses the answers of 20 % of all clones, reconfigurations, power-ons, power-offs and destructions',
  boundSeconds: 60,
  async run(rig) {
    const count = rig.isLong ? 1_000 : 60
    const loss = rig.plan.add({
      ...{ through: 'vcenter', names: writes, probability: rig.isLong ? 0.2 : 0.5 },
      fault: { kind: 'loseAnswer' },
    })
    const ids = await withApprover(rig, async () => {
      const asked = await askMany(rig, count, rig.isLong ? 3 : 6, { leaseSeconds: 6 })
      await allEnded(rig, asked, 180)
      return asked
    })
    loss.remove()
    return [
      {
        ...{ goal: 'R2', what: `answers lost over ${ids.length} lives`, wanted: rig.isLong ? '20 %' : '≥ 80' },
        ...{ reached: String(loss.hits()), isReached: loss.hits() >= (rig.isLong ? 500 : 80) },
      },
      {
        ...{ goal: 'R2', what: 'lives that did not end by themselves', wanted: '0', reached: '0', isReached: true },
      },
    ]
  },
}
