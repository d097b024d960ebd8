import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { Client, Connection } from '@temporalio/client'
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import type { oneStep, StepToTake } from './one-step.ts'
import { testServers } from './test-servers.ts'

export interface SiteSteps {
  client: Client
  /** Settles when the step waits for an agent. */
  begin(step: StepToTake): Promise<{ result(): Promise<unknown> }>
  /** Settles when some agent of the queue has done the step. */
  take(step: StepToTake): Promise<unknown>
  stop(): Promise<void>
}

let installed = false

/** Schedules single activities for real agents, on a real Temporal. */
export async function startSiteSteps(): Promise<SiteSteps> {
  if (!installed) Runtime.install({ logger: new DefaultLogger('ERROR') })
  installed = true
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
  const begin = (step: StepToTake) =>
    client.workflow.start<typeof oneStep>('oneStep', { taskQueue, workflowId: randomUUID(), args: [step] })
  return {
    client,
    begin,
    take: async (step) => (await begin(step)).result(),
    async stop() {
      worker.shutdown()
      await running
      await connection.close()
      await clientConnection.close()
    },
  }
}
