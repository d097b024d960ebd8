import type { BerthNeeds } from '../rig/berth-needs.ts'

/** Longer than a silent agent keeps its step (20 s) and another needs to begin with it: it finds the clone under way. */
export const slowClones = { cloneSeconds: 40 } as const satisfies Partial<BerthNeeds>
