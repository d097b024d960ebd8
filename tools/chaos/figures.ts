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

/** Nothing of it may be; a list is shown as it is. */
export function none(goal: string, what: string, found: number | readonly string[]): Figure {
  const count = typeof found === 'number' ? found : found.length
  const named = typeof found === 'number' || count === 0 ? '' : ` (${found.join('; ')})`
  return { goal, what, wanted: '0', reached: `${count}${named}`, isReached: count === 0 }
}

export const exactly = (goal: string, what: string, wanted: number, reached: number): Figure => ({
  ...{ goal, what, wanted: String(wanted), reached: String(reached), isReached: reached === wanted },
})

export const atLeast = (goal: string, what: string, least: number, reached: number): Figure => ({
  ...{ goal, what, wanted: `≥ ${least}`, reached: String(reached), isReached: reached >= least },
})

/** So many a minute. */
export const atMost = (goal: string, what: string, most: number, reached: number): Figure => ({
  ...{ goal, what, wanted: `≤ ${most}`, reached: reached.toFixed(1), isReached: reached <= most },
})

export const within = (goal: string, what: string, most: number, seconds: number): Figure => ({
  ...{ goal, what: `seconds ${what}`, wanted: `≤ ${most}`, isTime: true },
  ...{ reached: seconds.toFixed(1), isReached: seconds <= most },
})

/** To know, not to judge. */
export const told = (goal: string, what: string, reached: number | string): Figure => ({
  ...{ goal, what, wanted: 'any', reached: String(reached), isReached: true },
})
