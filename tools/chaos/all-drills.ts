import type { Drill } from './drill.ts'
import { lostAnswers } from './drills/lost-answers.ts'

/** In the order in which they are run, one after another on one Berth. */
export const allDrills: readonly Drill[] = [lostAnswers]
