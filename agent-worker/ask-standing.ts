import type { NativeConnection } from '@temporalio/worker'
import type { AskStanding } from '@berth/activities/vcenter/write-permit.ts'

const notFound = 5

/** Asks over the workers' own connection. Temporal not answering in time is thrown: then nothing is written either. */
export function askStandingOver(connection: NativeConnection, namespace: string): AskStanding {
  return ({ taskToken, details, withinSeconds }) =>
    connection.withDeadline(Date.now() + withinSeconds * 1_000, async () => {
      try {
        const answer = await connection.workflowService.recordActivityTaskHeartbeat({
          namespace,
          taskToken,
          details: { payloads: details },
        })
        return answer.cancelRequested || answer.activityPaused || answer.activityReset ? 'leaving' : 'current'
      } catch (error) {
        if ((error as { code?: unknown }).code === notFound) return 'superseded'
        throw error
      }
    })
}
