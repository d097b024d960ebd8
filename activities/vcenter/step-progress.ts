import { Context } from '@temporalio/activity'
import type { StepProgress } from './vcenter-port.ts'

/** What a heartbeat carries: enough for the next attempt to find the vCenter task of this one. */
export interface StepHeartbeat {
  taskMoid?: string
  percent?: number
}

/** Heartbeats while `step` runs. An attempt that was told to leave ends as cancelled, whatever its calls threw. */
export async function withHeartbeats<T>(
  heartbeatSeconds: number,
  step: (progress: StepProgress) => Promise<T>,
): Promise<T> {
  const context = Context.current()
  // A further attempt repeats what the last one reported, so that a crash before its first report loses nothing.
  let latest: StepHeartbeat = context.info.heartbeatDetails ?? {}
  const lastTaskMoid = latest.taskMoid
  const beat = () => context.heartbeat(latest)
  const timer = setInterval(beat, heartbeatSeconds * 1000)
  beat()
  try {
    return await step({
      lastTaskMoid,
      signal: context.cancellationSignal,
      cancelRequested: () => context.cancellationDetails?.cancelRequested === true,
      report(progress) {
        latest = { ...latest, ...progress }
        beat()
      },
    })
  } catch (failure) {
    if (context.cancellationSignal.aborted) await context.cancelled
    throw failure
  } finally {
    clearInterval(timer)
  }
}
