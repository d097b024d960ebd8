import { proxyActivities, workflowInfo } from '@temporalio/workflow'

export interface StepToTake {
  taskQueue: string
  activity: string
  argument: unknown
  heartbeatSeconds: number
}

/** A workflow of one activity at a site, tried until it succeeds. */
export async function oneStep({ taskQueue, activity, argument, heartbeatSeconds }: StepToTake): Promise<unknown> {
  const site = proxyActivities<Record<string, (argument: unknown, run: string) => Promise<unknown>>>({
    taskQueue,
    startToCloseTimeout: '10 minutes',
    heartbeatTimeout: heartbeatSeconds * 1_000,
    retry: { initialInterval: '200 milliseconds', backoffCoefficient: 1 },
  })
  return site[activity]?.(argument, workflowInfo().runId)
}
