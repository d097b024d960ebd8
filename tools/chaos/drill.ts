import type { Rig } from './rig/rig.ts'

/** One fault, or a family of them, that Berth has to survive. */
export interface Drill {
  name: string
  /** What it does, in a sentence. */
  does: string
  /** How late what is due may be because of its faults. */
  boundSeconds: number
  /** Brings on the faults while requests live; resolves when they are over and all that was asked for has ended. */
  run(rig: Rig): Promise<Figure[]>
}

/** What was measured against a goal. */
export interface Figure {
  goal: string
  what: string
  wanted: string
  reached: string
  isReached: boolean
  /** Seconds depend on the machine: judged where they are measured, not in tests. */
  isTime?: true
}
