import { Context } from '@temporalio/activity'
import type { QueuedFor } from '@berth/domain/step-wait.ts'
import type { StepProgress, WritePermit } from './vcenter-port.ts'
import { AttemptSuperseded, heartbeatPayloads, permitSeconds, startPermit } from './write-permit.ts'
import type { AskStanding } from './write-permit.ts'

/** What a heartbeat carries: enough for the next attempt to find the vCenter task of this one. */
export interface StepHeartbeat {
  taskMoid?: string
  percent?: number
  queuedFor?: QueuedFor | undefined
  /** Set at the server before anything is written: a permit is asked for with it. */
  mayHaveWritten?: boolean
}

/** Of all steps of an agent together: 1,000 waits at one a second each are more than a small Temporal server takes. */
const heartbeatsPerSecond = 100
/** Well below the heartbeat timeout of the workflows, which is 20 s. */
const longestPauseSeconds = 8

/** How long a step is silent. A cancellation is heard of at the next heartbeat, so few steps say more. */
export const pauseSeconds = (shortestSeconds: number, stepsUnderWay: number): number =>
  Math.min(longestPauseSeconds, Math.max(shortestSeconds, stepsUnderWay / heartbeatsPerSecond))

/** Runs steps that heartbeat. An attempt that was told to leave ends as cancelled, whatever its calls threw. */
export function stepsWithHeartbeats(heartbeatSeconds: number, askStanding: AskStanding) {
  let underWay = 0

  return async <T>(step: (progress: StepProgress) => Promise<T>): Promise<T> => {
    const context = Context.current()
    // A further attempt repeats what the last one reported, so that a crash before its first report loses nothing.
    const {
      taskMoid: lastTaskMoid,
      mayHaveWritten = false,
      percent,
    } = (context.info.heartbeatDetails ?? {}) as StepHeartbeat
    let latest: StepHeartbeat = {
      ...(lastTaskMoid !== undefined && { taskMoid: lastTaskMoid }),
      ...(percent !== undefined && { percent }),
      ...(mayHaveWritten && { mayHaveWritten }),
    }
    let timer: NodeJS.Timeout | undefined
    const rest = () => {
      clearTimeout(timer)
      timer = setTimeout(beat, pauseSeconds(heartbeatSeconds, underWay) * 1000)
    }
    const beat = () => {
      rest()
      context.heartbeat(latest)
    }
    underWay += 1
    if (context.info.heartbeatDetails === undefined) rest()
    else beat()
    try {
      return await step({
        lastTaskMoid,
        mayHaveWritten,
        signal: context.cancellationSignal,
        cancelRequested: () => context.cancellationDetails?.cancelRequested === true,
        report(progress) {
          latest = { ...latest, ...progress }
          beat()
        },
        permitToWrite(options) {
          latest = { ...latest, mayHaveWritten: true }
          return askPermit(context, latest, askStanding, options)
        },
      })
    } catch (failure) {
      if (context.cancellationSignal.aborted) await context.cancelled
      throw failure
    } finally {
      underWay -= 1
      clearTimeout(timer)
    }
  }
}

async function askPermit(
  { info, cancelled }: Context,
  latest: StepHeartbeat,
  askStanding: AskStanding,
  { alsoWhenLeaving = false }: { alsoWhenLeaving?: boolean } = {},
): Promise<WritePermit> {
  const withinSeconds = permitSeconds(info.heartbeatTimeoutMs)
  const permit = startPermit(withinSeconds)
  const { taskToken } = info
  const standing = await askStanding({ taskToken, details: heartbeatPayloads(latest), withinSeconds })
  if (standing === 'superseded') throw new AttemptSuperseded()
  // The worker hears the same with its next heartbeat, and then says why.
  if (standing === 'leaving' && !alsoWhenLeaving) await cancelled
  return permit
}
