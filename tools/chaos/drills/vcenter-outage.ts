import { setTimeout as pause } from 'node:timers/promises'
import type { Drill, Figure } from '../drill.ts'
import type { Fault } from '../fault.ts'
import { allIn, askMany, settle } from '../rig/requests.ts'
import type { Rig } from '../rig/rig.ts'

interface Trouble {
  name: string
  fault: Fault
  probability: number
}

const troubles: readonly Trouble[] = [
  { name: '503', fault: { kind: 'busy' }, probability: 1 },
  { name: 'late', fault: { kind: 'delay', seconds: 3 }, probability: 0.5 },
  { name: 'connections reset', fault: { kind: 'cutAnswer' }, probability: 0.5 },
  { name: 'sessions lost', fault: { kind: 'vcenterFault', type: 'NotAuthenticated' }, probability: 0.1 },
  { name: 'unreadable', fault: { kind: 'corruptAnswer' }, probability: 0.3 },
  { name: 'refused connections', fault: { kind: 'refuse' }, probability: 1 },
]

/** F5, F6, F8, R3: vCenter answers badly, then not at all, and then it dies and comes back without its tasks. */
export const vcenterOutage: Drill = {
  name: 'vcenter-outage',
  does: 'lets vCenter answer 503, late, in pieces, without sessions or not at all while requests are built, and restarts it',
  boundSeconds: 240,
  async run(rig) {
    const count = rig.isLong ? 200 : 20
    const asked = askMany(rig, count, rig.isLong ? 10 : 8, { leaseSeconds: rig.isLong ? 60 : 12 })
    const figures: Figure[] = []
    for (const trouble of troubles) figures.push(await during(rig, trouble, count))
    for (const { id } of rig.sites) await rig.processes.kill(`vcenter-${id}`)
    const ids = await asked
    const drained = await allIn(rig, ids, ['active', 'expired', 'released', 'retiring', 'retired'], 120)
    const { held } = await settle(rig, ids, 180)
    return [
      ...figures,
      {
        ...{
          goal: 'R3',
          isTime: true,
          what: `seconds until ${count} were handed over, once it was back`,
          wanted: '≤ 60',
        },
        ...{ reached: drained.toFixed(0), isReached: drained <= 60 },
      },
      { ...{ goal: 'R3', what: 'that needed a person', wanted: '0' }, reached: String(held), isReached: held === 0 },
    ]
  },
}

/** Attempts are counted where nothing passes: each is one of a step that failed. */
async function during(rig: Rig, { name, fault, probability }: Trouble, count: number): Promise<Figure> {
  const seconds = rig.isLong ? 100 : 4
  const calls = () => [...rig.lines.vcenter.values()].reduce((sum, line) => sum + line.trace().length, 0)
  const before = calls()
  const rule = rig.plan.add({ through: 'vcenter', fault, probability })
  await pause(seconds * 1_000)
  rule.remove()
  const perMinute = ((calls() - before) / count / seconds) * 60
  const isOutage = probability === 1 && rig.isLong
  return {
    ...{ goal: 'R3', what: `calls a minute and request, ${name}`, wanted: isOutage ? '≤ 6' : 'any' },
    ...{ reached: perMinute.toFixed(1), isReached: !isOutage || perMinute <= 6 },
  }
}
