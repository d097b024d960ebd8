import type { Client } from '@temporalio/client'
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client'
import type { ProvisioningRequest } from '@berth/domain/provisioning-request.ts'
import { provisionVmType, startOptions } from '@berth/workflows/messages.ts'

/** Requests that were accepted but that Temporal may not have yet. */
export interface Outbox {
  pendingStarts(limit: number): Promise<ProvisioningRequest[]>
  markStarted(requestId: string): Promise<void>
}

export interface RelayLog {
  info(details: object, message: string): void
  warn(details: object, message: string): void
}

const batch = 50
const idleMilliseconds = 1_000
const troubledMilliseconds = 5_000

/**
 * The one loop of Berth's own, since it must work while Temporal is down: starts what the API could not start. The same
 * options start the same workflow, so starting twice is starting once.
 */
export async function relayOutbox(outbox: Outbox, client: Client, log: RelayLog, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const started = await relayOnce(outbox, client)
      if (started > 0) log.info({ started }, 'outbox relayed')
      if (started < batch) await pause(idleMilliseconds, signal)
    } catch (error) {
      log.warn({ reason: error instanceof Error ? error.message : String(error) }, 'outbox waits')
      await pause(troubledMilliseconds, signal)
    }
  }
}

export async function relayOnce(outbox: Outbox, client: Client): Promise<number> {
  const requests = await outbox.pendingStarts(batch)
  for (const request of requests) {
    try {
      await client.workflow.start(provisionVmType, startOptions(request))
    } catch (error) {
      // Closed already: it was started, lived and ended before the outbox row was marked.
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
    }
    await outbox.markStarted(request.requestId)
  }
  return requests.length
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds)
    signal.addEventListener('abort', done, { once: true })
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
  })
}
