import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  patched,
  sleep,
  TimeoutFailure,
  isCancellation,
} from '@temporalio/workflow'
import { failureSentence, isFailureCode, type FailureCode } from '@berth/domain/failures.ts'
import type { Hold, StepFact } from '@berth/domain/facts.ts'
import { addSeconds, secondsBetween } from '@berth/domain/instant.ts'
import { operatorActionsFor, type HoldableState, type HoldStep, type StepName } from '@berth/domain/vm-request.ts'
import { explanations } from './activity-proxies.ts'
import { left, type Busy, type Handlers, type Left, type Life } from './life.ts'

/** A step ended otherwise than done: it is held, or a letter ended it. The facts say how to go on. */
export const interrupted = Symbol('interrupted')
export type Interrupted = typeof interrupted

const stepFact = (life: Life, name: HoldStep): StepFact | undefined =>
  life.facts.steps.find((step) => step.name === name && step.round === life.facts.round)

/** It was begun in the present round, however it ended. */
export const wasTried = (life: Life, name: HoldStep): boolean => (stepFact(life, name)?.attempt ?? 0) > 0

/** Done, or skipped by an operator, in the present round. */
export function isBehind(life: Life, name: HoldStep): boolean {
  const state = stepFact(life, name)?.state
  return state === 'done' || state === 'skipped'
}

/**
 * Runs one step at the site while letters are taken. `running` is recorded directly before the activity is scheduled, in
 * the same workflow task, so that no reset can jump over the check of the run. The caller records `done`. A step that
 * failed is held, unless `despiteFailure` finds that it came about all the same.
 */
export async function performStep<T>(
  life: Life,
  name: StepName,
  activity: () => Promise<T>,
  handlers: Handlers,
  despiteFailure: () => Promise<T | undefined> = async () => undefined,
): Promise<{ result: T; attempt: number } | Interrupted> {
  const attempt = lastAttempt(life, name) + 1
  await life.record({ event: `${name}Started`, change: { step: { name, state: 'running', attempt } } })
  const scope = new CancellationScope()
  const work = scope.run(activity)
  keepExplaining(life, name)
  try {
    const result = await life.attend(work, handlers)
    if (result === left) {
      scope.cancel()
      await work.catch(() => undefined)
      return interrupted
    }
    return { result: result as Exclude<T, Left>, attempt }
  } catch (error) {
    if (isOfAnotherRun(error)) return interrupted
    const result = error instanceof ActivityFailure ? await despiteFailure() : undefined
    if (result !== undefined) return { result, attempt }
    await holdStep(life, name, attempt, error)
    return interrupted
  } finally {
    scope.cancel()
    if (life.busy !== undefined) life.busy.step = undefined
  }
}

/** Stops at a step that no retry cures, until a person decides. Errors that are no failures are bugs and go on. */
export async function holdStep(life: Life, step: HoldStep, attempt: number, error: unknown): Promise<void> {
  const { code, message } = failureOf(error)
  const heldFrom = life.facts.state as HoldableState
  const hold: Hold = {
    heldFrom,
    step,
    attempt,
    code,
    message,
    actions: operatorActionsFor(heldFrom, step),
    ...(heldFrom === 'provisioning' && { cleanUpAt: addSeconds(life.now, life.request.policy.holdCleanUpSeconds) }),
  }
  const told = {
    event: 'requestHeld',
    grantNumber: life.facts.grant?.number ?? 0,
    stage: `${step}-${attempt}`,
  } as const
  await life.record({
    event: 'held',
    reason: message,
    change: { state: 'held', hold, step: { name: step, state: 'failed', attempt } },
    notices: [
      { ...told, audience: 'operators' },
      { ...told, audience: 'owner' },
    ],
  })
}

/** A Reset dispatched the activity of the run before: nothing was done, and the step is recorded and scheduled anew. */
const isOfAnotherRun = (error: unknown): boolean =>
  error instanceof ActivityFailure && error.cause instanceof ApplicationFailure && error.cause.type === 'staleRun'

/** Attempts are counted over the whole life, so that a decision about an earlier one is recognised as stale. */
export const lastAttempt = (life: Life, name: HoldStep): number =>
  Math.max(0, ...life.facts.steps.filter((step) => step.name === name).map((step) => step.attempt))

function failureOf(error: unknown): { code: FailureCode; message: string } {
  const cause = error instanceof ActivityFailure ? error.cause : error
  if (cause instanceof ApplicationFailure)
    return isFailureCode(cause.type)
      ? { code: cause.type, message: cause.message }
      : { code: 'outOfRetries', message: failureSentence('outOfRetries', cause.message) }
  if (cause instanceof TimeoutFailure)
    return {
      code: 'outOfRetries',
      message: failureSentence('outOfRetries', `the agent did not answer (${cause.timeoutType})`),
    }
  if (isCancellation(error))
    return { code: 'outOfRetries', message: failureSentence('outOfRetries', 'the activity was cancelled') }
  throw error
}

const explainAfterSeconds = 30
const explainAtMostEverySeconds = 600

/** Ends the watch of a phase that is over. */
export function stopExplaining(life: Life): void {
  life.busy?.watch.cancel()
  life.busy = undefined
}

function keepExplaining(life: Life, name: StepName): void {
  const step = { name, since: life.now }
  if (life.busy !== undefined) {
    life.busy.step = step
    return
  }
  const busy: Busy = { step, watch: new CancellationScope() }
  life.busy = busy
  void busy.watch.run(() => explainWhileBusy(life, busy)).catch(() => undefined)
}

/** Puts a sentence on the request once a step has been open for a while, and keeps it true, ever more slowly. */
async function explainWhileBusy(life: Life, busy: Busy): Promise<void> {
  for (let pause = explainAfterSeconds; ;) {
    if (await anotherStepBegan(busy, pause)) {
      pause = explainAfterSeconds
      continue
    }
    const { step } = busy
    const open = step === undefined ? 0 : secondsBetween(step.since, life.now)
    if (step === undefined || open < explainAfterSeconds) {
      pause = explainAfterSeconds - open
      continue
    }
    const { requestId, siteId } = life.request
    const sentence = await explanations
      .describeSite({ requestId, siteId, step: step.name, since: step.since })
      .catch(() => undefined)
    if (sentence !== undefined && busy.step === step) life.explain(sentence)
    pause = Math.min(pause * 2, explainAtMostEverySeconds)
  }
}

/**
 * Waits for the pause, or less: a step is explained in its own time, however slowly the one before it was in the end. While
 * there is no step nothing is counted, since what follows a step may take days.
 */
async function anotherStepBegan(busy: Busy, pauseSeconds: number): Promise<boolean> {
  const { step } = busy
  const isQuick = step !== undefined && pauseSeconds <= explainAfterSeconds
  if (isQuick || !patched('watch-per-step')) {
    await sleep(pauseSeconds * 1_000)
    return false
  }
  if (step !== undefined) return condition(() => busy.step !== step, pauseSeconds * 1_000)
  await condition(() => busy.step !== undefined)
  return true
}
