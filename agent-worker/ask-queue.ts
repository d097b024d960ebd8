import type { NativeConnection } from '@temporalio/worker'
import { queueQuestions, type QueueAnswer } from '@berth/domain/temporal-answers.ts'

export type AskQueue = () => Promise<QueueAnswer>

const answersWithinMilliseconds = 4_000

/** Asks who serves a queue, over the workers' own connection. */
export function askQueueOver(connection: NativeConnection, namespace: string, queue: string): AskQueue {
  const { describe, list } = queueQuestions(namespace, queue)
  const { workflowService } = connection
  return () =>
    connection.withDeadline(Date.now() + answersWithinMilliseconds, async () => {
      const [described, { workersInfo }] = await Promise.all([
        workflowService.describeTaskQueue(describe),
        workflowService.listWorkers(list),
      ])
      return { ...described, workersInfo }
    })
}
