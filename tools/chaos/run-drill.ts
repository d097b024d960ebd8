import { violations } from '@berth/testing/invariants.ts'
import { until } from '@berth/testing/until.ts'
import type { Drill, Figure } from './drill.ts'
import { evidenceOf } from './rig/evidence-of.ts'
import type { Rig } from './rig/rig.ts'

export interface DrillReport {
  drill: string
  seconds: number
  figures: Figure[]
  /** What was done to Berth. */
  faults: { at: string; what: string }[]
  /** Why it did not pass; empty when it did. */
  problems: string[]
}

const settleSeconds = 30

/** The drill, and then the invariants. What an earlier drill has broken is that drill's: its requests are `known`. */
export async function runDrill(rig: Rig, drill: Drill, known: Set<string>, judgesTimes: boolean): Promise<DrillReport> {
  const began = performance.now()
  const logBegan = rig.plan.log().length
  const problems: string[] = []
  let figures: Figure[] = []
  try {
    figures = await drill.run(rig)
    problems.push(...figures.filter(({ isReached, isTime }) => !isReached && (judgesTimes || !isTime)).map(missed))
  } catch (problem) {
    problems.push(problem instanceof Error ? problem.message : String(problem))
  }
  problems.push(...(await violationsNow(rig, drill.boundSeconds, known)))
  for (const problem of problems) known.add(subjectOf(problem))
  return {
    drill: drill.name,
    seconds: (performance.now() - began) / 1_000,
    figures,
    faults: rig.plan.log().slice(logBegan),
    problems,
  }
}

/** vCenter and the database cannot be read at one instant: what is broken stays broken, what is under way is gone at the next look. */
async function violationsNow(rig: Rig, boundSeconds: number, known: Set<string>): Promise<string[]> {
  let found: string[] = []
  try {
    await until(
      'the invariants to hold',
      async () => {
        found = []
        found = (await violations(await evidenceOf(rig, boundSeconds))).filter(
          (violation) => !known.has(subjectOf(violation)),
        )
        return found.length === 0
      },
      settleSeconds,
    )
    return []
  } catch (problem) {
    return found.length > 0 ? found : [`the invariants could not be looked at: ${String(problem)}`]
  }
}

const missed = ({ goal, what, wanted, reached }: Figure): string => `${goal}: ${what} is ${reached}, wanted ${wanted}`

/** The request or notice that a violation is about, or its whole text. */
const subjectOf = (violation: string): string =>
  /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(violation)?.[0] ?? violation
