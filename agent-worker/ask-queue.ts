import type { NativeConnection } from '@temporalio/worker'
import { askQueue, type QueueAnswer } from '@berth/domain/temporal-answers.ts'

export type AskQueue = () => Promise<QueueAnswer>

const answersWithinMilliseconds = 4_000

/** Asks who serves a queue, over the workers' own connection. */
export const askQueueOver =
  (connection: NativeConnection, namespace: string, queue: string): AskQueue =>
  () =>
    connection.withDeadline(Date.now() + answersWithinMilliseconds, () =>
      askQueue(connection.workflowService, namespace, queue),
    )
