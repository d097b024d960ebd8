import type { Figure } from './figures.ts'
import type { BerthNeeds } from './rig/berth-needs.ts'
import type { Rig } from './rig/rig.ts'

/** One fault, or a family of them, that Berth has to survive. */
export interface Drill {
  name: string
  /** What it does, in a sentence. */
  does: string
  /** How late what is due may be because of its faults. */
  boundSeconds: number
  /** What its Berth must be like; drills that need the same share one. */
  needs?: (isLong: boolean) => Partial<BerthNeeds>
  /** Brings on the faults while requests live; resolves when they are over and all that was asked for has ended. */
  run(rig: Rig): Promise<Figure[]>
}
