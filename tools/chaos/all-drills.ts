import type { Drill } from './drill.ts'
import { killMatrix } from './drills/kill-matrix.ts'
import { lostAnswers } from './drills/lost-answers.ts'
import { partition } from './drills/partition.ts'
import { vcenterOutage } from './drills/vcenter-outage.ts'
import { zombieAgent } from './drills/zombie-agent.ts'

/** In the order in which they are run, one after another on one Berth. */
export const allDrills: readonly Drill[] = [lostAnswers, killMatrix, zombieAgent, vcenterOutage, partition]
