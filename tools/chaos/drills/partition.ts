import { setTimeout as pause } from 'node:timers/promises'
import type { Drill } from '../drill.ts'
import { settle, ask } from '../rig/requests.ts'
import { writesOf } from '../rig/writes-of.ts'

/** F3, R6: a site loses Temporal while its clones are under way, long enough for the server to give its agents up. */
export const partition: Drill = {
  name: 'partition',
  does: 'takes Temporal from all agents of a site in the middle of their clones',
  boundSeconds: 180,
  async run(rig) {
    const [site] = rig.sites
    if (site === undefined) throw new Error('the rig has no site')
    const lines = site.agents.flatMap((agent) => rig.lines.temporal.get(agent) ?? [])
    const seconds = rig.isLong ? 600 : 24
    const from = Date.now()
    const isApart = new Promise<void>((resolve) => {
      rig.plan.add({
        ...{ through: 'vcenter', names: ['CloneVM_Task'], by: site.agents, times: 1 },
        fault: {
          ...{ kind: 'do', what: 'all agents of the site parted from Temporal', when: 'after' },
          deed() {
            for (const line of lines) line.hold()
            resolve()
          },
        },
      })
    })
    const ids = await Promise.all(
      Array.from({ length: rig.isLong ? 20 : 6 }, () => ask(rig, { site, leaseSeconds: 8 })),
    )
    await isApart
    await pause(seconds * 1_000)
    for (const line of lines) line.mend()
    rig.plan.note(`mended after ${seconds} s`)
    const settled = await settle(rig, ids, 180)
    const clones = site.agents
      .flatMap((agent) => writesOf(rig, agent))
      .filter(({ method, at }) => method === 'CloneVM_Task' && at >= from)
      .map(({ name }) => name)
    const made = (await site.recorder.events()).filter(
      ({ kind, instanceUuid }) => kind === 'created' && ids.includes(instanceUuid),
    )
    return [
      {
        ...{ goal: 'R6', what: `second clones over ${ids.length} requests, ${seconds} s apart`, wanted: '0' },
        ...{ reached: String(made.length - ids.length), isReached: made.length === ids.length },
      },
      {
        // An answer to a poll that was held back brings an attempt that the server has given up, beside the next one.
        ...{ goal: 'R6', what: 'attempts at one, refused by vCenter for the name', wanted: 'any' },
        ...{ reached: String(clones.length - new Set(clones).size), isReached: true },
      },
      {
        ...{ goal: 'R6', what: 'held of them', wanted: '0' },
        reached: String(settled.held),
        isReached: settled.held === 0,
      },
    ]
  },
}
