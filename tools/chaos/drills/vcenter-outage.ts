import { setTimeout as pause } from 'node:timers/promises'
import { until } from '@berth/testing/until.ts'
import type { Drill } from '../drill.ts'
import type { Rule } from '../fault-plan.ts'
import { atLeast, atMost, none, told, within, type Figure } from '../figures.ts'
import { allIn, askMany, giveBack, holdsOf } from '../rig/requests.ts'
import type { Rig } from '../rig/rig.ts'

interface Trouble {
  name: string
  rules: readonly Omit<Rule, 'through'>[]
  /** No call gets through: each is an attempt of its own. */
  nothingPasses?: true
}

const lost = { fault: { kind: 'vcenterFault', type: 'NotAuthenticated' } } as const

const refusedLogins: Trouble = {
  name: 'sessions lost and logins refused',
  rules: [
    { names: ['Login'], fault: { kind: 'vcenterFault', type: 'InvalidLogin' } },
    { ...lost, probability: 0.5 },
  ],
}
/** For so long an agent asks nothing of a vCenter that has refused its login. */
const refusalRestsSeconds = 180

/** F5, F6. `late`: longer than an agent waits for an answer. */
const troubles = (lateSeconds: number): readonly Trouble[] => [
  { name: '503', rules: [{ fault: { kind: 'busy' } }], nothingPasses: true },
  {
    name: `answers ${lateSeconds} s late`,
    rules: [{ fault: { kind: 'delay', seconds: lateSeconds }, probability: 0.5 }],
  },
  { name: 'connections reset', rules: [{ fault: { kind: 'cutAnswer' }, probability: 0.5 }] },
  { name: 'sessions lost', rules: [{ ...lost, probability: 0.1 }] },
  refusedLogins,
  { name: 'unreadable answers', rules: [{ fault: { kind: 'corruptAnswer' }, probability: 0.3 }] },
  { name: 'connections refused', rules: [{ fault: { kind: 'refuse' } }], nothingPasses: true },
]

interface Outage {
  troubles: readonly Trouble[]
  seconds: number
  requests: number
  /** Until all are handed over. */
  drainSeconds: number
}

/** F5, F6, F8, R3: vCenter answers badly, not at all, and dies and comes back without its tasks, while requests are built. */
export const vcenterOutage: Drill = {
  name: 'vcenter-outage',
  does: 'lets vCenter answer 503, late, in pieces, without sessions, refuse logins or not answer at all while requests are built, and restarts it',
  boundSeconds: 240,
  async run(rig) {
    if (!rig.isLong)
      return outage(rig, { troubles: troubles(3), seconds: 28, requests: 20, drainSeconds: refusalRestsSeconds + 60 })
    const others = troubles(30).filter((trouble) => trouble !== refusedLogins)
    return [
      ...(await outage(rig, { troubles: others, seconds: 600, requests: 200, drainSeconds: 60 })),
      // By themselves, and briefly: in the middle of a long outage the rest after a refusal is over before the outage is.
      ...(await outage(rig, { ...byThemselves, drainSeconds: refusalRestsSeconds + 60 })),
    ]
  },
}

const byThemselves = { troubles: [refusedLogins], seconds: 30, requests: 200 }

async function outage(rig: Rig, { troubles: all, seconds, requests, drainSeconds }: Outage): Promise<Figure[]> {
  // Whatever passes, no VM is powered on: all are still being built when the outage ends.
  const kept = rig.plan.add({ through: 'vcenter', names: ['PowerOnVM_Task'], fault: { kind: 'busy' } })
  const asked = askMany(rig, requests, 10, () => ({ leaseSeconds: 900 }))
  const figures: Figure[] = []
  const building: number[] = []
  for (const trouble of all) {
    if (trouble.nothingPasses && figures.length > 0) await restartVcenters(rig)
    const { figure, requests: inBuilding } = await during(rig, trouble, seconds / all.length)
    figures.push(figure)
    building.push(inBuilding)
  }
  kept.remove()
  rig.plan.note('the outage is over')
  const over = performance.now()
  const ids = await asked
  await allIn(rig, ids, ['active', 'held'], drainSeconds + 180)
  const drained = (performance.now() - over) / 1_000
  const held = await holdsOf(rig, ids)
  const { held: heldLater } = await giveBack(rig, ids, 240)
  const end = `the end of the outage, with ${all.at(-1)?.name}`
  const inFlight = `requests in flight at ${end}`
  return [
    ...figures,
    rig.isLong ? atLeast('R3', inFlight, requests, building.at(-1) ?? 0) : told('R3', inFlight, building.at(-1) ?? 0),
    within('R3', `after ${end}, until ${requests} were handed over`, drainSeconds, drained),
    none('R3', 'that needed a person', [...held, ...heldLater]),
  ]
}

/** Its end takes along what it had under way; the outage goes on until its VMs are restored. */
async function restartVcenters(rig: Rig): Promise<void> {
  for (const { id } of rig.sites) await rig.processes.kill(`vcenter-${id}`)
  await until('the vCenters to be back', async () => {
    const answers = await Promise.all(rig.sites.map(({ publicUrl }) => fetch(publicUrl).then(() => true)))
    return answers.length === rig.sites.length
  })
}

async function during(
  rig: Rig,
  { name, rules, nothingPasses }: Trouble,
  seconds: number,
): Promise<{ figure: Figure; requests: number }> {
  const calls = () => [...rig.lines.vcenter.values()].reduce((sum, line) => sum + line.trace().length, 0)
  const added = rules.map((rule) => rig.plan.add({ through: 'vcenter', ...rule }))
  const before = calls()
  await pause(seconds * 1_000)
  const made = calls() - before
  for (const rule of added) rule.remove()
  const [row] = await rig.rows<{ building: number }>(
    `select count(*)::int as building from vm_requests where state = 'provisioning'`,
  )
  const requests = row?.building ?? 0
  const perMinute = (made / Math.max(1, requests) / seconds) * 60
  const what = `vCenter attempts a minute and request, ${name}, ${requests} in flight`
  // A short one is over before attempts come more slowly.
  const isJudged = nothingPasses === true && rig.isLong
  return {
    requests,
    figure: isJudged ? atMost('R3', what, 6, perMinute) : told('R3', what, perMinute.toFixed(1)),
  }
}
