import type { Facts } from '@berth/domain/facts.ts'
import type { StepName } from '@berth/domain/vm-request.ts'

/** What undoes a step. Space, name and quota are given back by the record of the final state itself. */
const undoOf: Partial<Record<StepName, 'destroy'>> = { clone: 'destroy' }

/**
 * What must be undone, newest first. A step registers its undo by being recorded as running before it starts, so a step
 * whose answer was lost is undone too.
 */
export function undoFor({ steps }: Pick<Facts, 'steps'>): 'destroy'[] {
  const started = steps
    .filter(({ state, attempt }) => state !== 'waiting' || attempt > 0)
    .map(({ name }) => name as StepName)
  return [...new Set(started.reverse().flatMap((name) => undoOf[name] ?? []))]
}
