import type { Drill } from './drill.ts'
import { databaseOutage } from './drills/database-outage.ts'
import { expiryStorm } from './drills/expiry-storm.ts'
import { killMatrix } from './drills/kill-matrix.ts'
import { lostAnswers } from './drills/lost-answers.ts'
import { operatorMatrix } from './drills/operator-matrix.ts'
import { partition } from './drills/partition.ts'
import { peopleInVcenter } from './drills/people-in-vcenter.ts'
import { races } from './drills/races.ts'
import { serversKilled } from './drills/servers-killed.ts'
import { vcenterOutage } from './drills/vcenter-outage.ts'
import { zombieAgent } from './drills/zombie-agent.ts'

/** In the order in which they are run; those that need the same Berth share one. */
export const allDrills: readonly Drill[] = [
  lostAnswers,
  killMatrix,
  serversKilled,
  zombieAgent,
  vcenterOutage,
  databaseOutage,
  races,
  expiryStorm,
  operatorMatrix,
  peopleInVcenter,
  partition,
]
