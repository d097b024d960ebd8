import type { Drill } from '../drill.ts'
import { atLeast, none, told } from '../figures.ts'
import { askMany, settle, states, withApprover } from '../rig/requests.ts'
import { secondVms } from '../rig/second-vms.ts'
import { writes } from '../rig/writes-of.ts'

/** F4, F9, R2: vCenter does what it is asked, and nobody hears that it did; or it is asked twice at once, or late. */
export const lostAnswers: Drill = {
  name: 'lost-answers',
  does: 'loses answers to clones, reconfigurations, power-ons, shutdowns, power-offs and destructions, delivers some calls twice, and some long after they were given up',
  boundSeconds: 120,
  async run(rig) {
    const count = rig.isLong ? 1_000 : 60
    const faults = writes.map((name) => {
      const lost = { through: 'vcenter', names: [name], fault: { kind: 'loseAnswer' } } as const
      const late = { through: 'vcenter', names: [name], fault: { kind: 'late', seconds: 3 } } as const
      const doubled = { through: 'vcenter', names: [name], fault: { kind: 'twice' } } as const
      return {
        name,
        lost: rig.plan.add({ ...lost, probability: rig.isLong ? 0.2 : 0.4 }),
        doubled: rig.plan.add({ ...doubled, probability: 0.2 }),
        late: rig.plan.add({ ...late, probability: 0.1 }),
      }
    })
    const { ids, held } = await withApprover(rig, async () => {
      const asked = await askMany(rig, count, rig.isLong ? 1 : 6, (n) => ({
        leaseSeconds: 6,
        // Its disk has to grow; its guest is asked to shut down.
        ...(n % 3 === 0 && { sizeId: 'medium' }),
        ...(n % 4 === 0 && { item: 'gentle' }),
      }))
      return { ids: asked, ...(await settle(rig, asked, rig.isLong ? 600 : 180)) }
    })
    for (const { lost, doubled, late } of faults) for (const rule of [lost, doubled, late]) rule.remove()
    const sum = (which: 'lost' | 'doubled' | 'late') => faults.reduce((hits, fault) => hits + fault[which].hits(), 0)
    const retired = (await states(rig, ids)).get('retired')?.length ?? 0
    return [
      atLeast('R2', `answers lost over ${ids.length} lives`, rig.isLong ? 500 : 80, sum('lost')),
      atLeast('F9', 'calls delivered twice', rig.isLong ? 300 : 20, sum('doubled')),
      atLeast('R2', 'calls that came late', rig.isLong ? 60 : 4, sum('late')),
      told('R2', 'answers lost by method', faults.map(({ name, lost }) => `${name} ${lost.hits()}`).join(', ')),
      none('R2', 'methods whose answer was never lost', neverHit(faults)),
      none('R2', 'second VMs', await secondVms(rig, ids)),
      none('R2', 'lives that ended otherwise than retired', ids.length - retired),
      none('R2', 'lives that needed a person', held),
    ]
  },
}

const neverHit = (faults: readonly { name: string; lost: { hits(): number } }[]): string[] =>
  faults.filter(({ lost }) => lost.hits() === 0).map(({ name }) => name)
