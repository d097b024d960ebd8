import { violations } from '@berth/testing/invariants.ts'
import { until } from '@berth/testing/until.ts'
import { requestsWithWorkflow } from '@berth/testing/workflows-now.ts'
import type { Drill } from './drill.ts'
import { none, type Figure } from './figures.ts'
import { evidenceOf } from './rig/evidence-of.ts'
import { failedTasks } from './rig/failed-tasks.ts'
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

const settleSeconds = 60
/** Notices that could not leave for long are tried again every five minutes. */
const lastEndSeconds = 330

/** The drill, and then the invariants. What an earlier drill has broken is that drill's: its requests are `known`. */
export async function runDrill(rig: Rig, drill: Drill, known: Set<string>, judgesTimes: boolean): Promise<DrillReport> {
  const [began, since] = [performance.now(), new Date()]
  const logBegan = rig.plan.log().length
  const problems: string[] = []
  const figures: Figure[] = []
  try {
    figures.push(...(await drill.run(rig)), await taskFailures(rig, since))
  } catch (problem) {
    problems.push(problem instanceof Error ? problem.message : String(problem))
  }
  problems.push(...figures.filter(({ isReached, isTime }) => !isReached && (judgesTimes || !isTime)).map(missed))
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

/** What leaves late, as the last notices do, has left now; and nothing that earlier drills had begun goes on. */
export async function lastLook(rig: Rig, boundSeconds: number, known: Set<string>): Promise<DrillReport> {
  const began = performance.now()
  const problems: string[] = []
  try {
    await until(
      'the last workflows to end',
      async () => (await requestsWithWorkflow(rig.temporal)).every((id) => known.has(id)),
      lastEndSeconds,
    )
  } catch (problem) {
    problems.push(String(problem))
  }
  problems.push(...(await violationsNow(rig, boundSeconds, known)))
  return { drill: 'the end', seconds: (performance.now() - began) / 1_000, figures: [], faults: [], problems }
}

/** A Temporal that was killed last is waited for. */
async function taskFailures(rig: Rig, since: Date): Promise<Figure> {
  const { histories, failures } = await until('all histories', () => failedTasks(rig, since))
  return none('R8', `workflow tasks that failed, in ${histories} histories`, failures)
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

/** The request, notice or agent that a violation is about, or its whole text. */
const subjectOf = (violation: string): string =>
  /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|^I10: \S+/.exec(violation)?.[0] ?? violation
