import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { Client, Connection } from '@temporalio/client'
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import type { oneStep, StepToTake } from './one-step.ts'
import { testServers } from './test-servers.ts'

export interface SiteSteps {
  client: Client
  /** Settles when some agent of the queue has done the step. */
  take(step: StepToTake): Promise<unknown>
  stop(): Promise<void>
}

/** Schedules single activities for real agents, on a real Temporal. */
export async function startSiteSteps(): Promise<SiteSteps> {
  Runtime.install({ logger: new DefaultLogger('ERROR') })
  const { temporalAddress: address, temporalNamespace: namespace } = testServers
  const connection = await NativeConnection.connect({ address })
  const clientConnection = await Connection.connect({ address })
  const client = new Client({ connection: clientConnection, namespace })
  const taskQueue = `steps-${randomUUID()}`
  const worker = await Worker.create({
    ...{ connection, namespace, taskQueue },
    workflowsPath: fileURLToPath(new URL('./one-step.ts', import.meta.url)),
  })
  const running = worker.run()
  return {
    client,
    take: (step) =>
      client.workflow.execute<typeof oneStep>('oneStep', { taskQueue, workflowId: randomUUID(), args: [step] }),
    async stop() {
      worker.shutdown()
      await running
      await connection.close()
      await clientConnection.close()
    },
  }
}
