import type { Drill } from '../drill.ts'
import type { Figure } from '../figures.ts'
import { decisionRace, lapseRace } from './races/decision-race.ts'
import { quotaRace } from './races/quota-race.ts'
import { releaseRace } from './races/release-race.ts'

/** F15, R9: many ask for the last of a quota at once; many decide, cancel, extend and release at once, and in the second when time decides too. */
export const races: Drill = {
  name: 'races',
  does: 'lets many requests race for a quota, and decisions, cancellations, extensions, releases and the ends of times race for one request',
  boundSeconds: 120,
  async run(rig) {
    const figures: Figure[] = [...(await quotaRace(rig))]
    const others = await Promise.all([decisionRace(rig), lapseRace(rig), releaseRace(rig)])
    return [...figures, ...others.flat()]
  },
}
