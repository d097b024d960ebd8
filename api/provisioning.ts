import {
  ApplicationFailure,
  defaultGrpcRetryOptions,
  isGrpcServiceError,
  makeGrpcRetryInterceptor,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client'
import type { UpdateDefinition } from '@temporalio/common'
import { isFailureCode, type FailureCode } from '@berth/domain/failures.ts'
import { instantOf, type Instant } from '@berth/domain/instant.ts'
import type { ProvisioningRequest } from '@berth/domain/provisioning-request.ts'
import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import type { SeenSite } from '@berth/domain/temporal-answers.ts'
import type { HoldStep } from '@berth/domain/vm-request.ts'
import type { WorkflowSight } from '@berth/domain/waiting.ts'
import { provisionVmType, startOptions, tryAgainOptions } from '@berth/workflows/messages.ts'
import { siteSights, type MaintenanceOrder } from './temporal/site-sights.ts'
import { rememberFor } from './temporal/remember-for.ts'
import { describeWorkflow, heartbeatPercent, workflowSight } from './temporal/workflow-sight.ts'

/** Which request's workflow is spoken to. */
export interface RequestRef {
  id: string
  siteId: string
}

/**
 * What became of a message to a workflow. `underWay`: the workflow has it for good, and has not answered yet. `unconfirmed`:
 * no worker has taken it from the server, which would forget it if it restarted; repeating it is one message.
 */
export type UpdateAnswer<Result> =
  | { kind: 'applied'; result: Result }
  | { kind: 'refused'; code: FailureCode; message: string }
  | { kind: 'underWay' }
  | { kind: 'unconfirmed' }
  | { kind: 'noWorkflow' }
  | { kind: 'unavailable' }

/** Everything the API asks of Temporal. */
export interface Provisioning {
  /** True when Temporal has the request; false leaves it to the outbox relay. Starting twice is starting once. */
  start(request: ProvisioningRequest): Promise<boolean>
  /**
   * A further run of a failed request that was opened again; the run that failed is ended if it still delivers its last
   * letters. False when Temporal does not answer: reconciling will start it then.
   */
  startAgain(request: ProvisioningRequest, endedRunId: string | undefined): Promise<boolean>
  /** Answers within five seconds; the message's id makes repeating it harmless. */
  send<Result, Message extends { id: string }>(
    request: RequestRef,
    update: UpdateDefinition<Result, [Message]>,
    message: Message,
  ): Promise<UpdateAnswer<Result>>
  /** The site's agents, queues and maintenance; undefined when Temporal does not answer. */
  seeSite(siteId: string): Promise<SeenSite | undefined>
  /** Begins or ends a site's maintenance: its clones stay in their queue. False when Temporal did not confirm it: it may have been done. */
  maintain(siteId: string, order: MaintenanceOrder | null): Promise<boolean>
  /** How the request's workflow stands; undefined when Temporal does not answer. */
  seeWorkflow(request: RequestRef, step?: HoldStep): Promise<WorkflowSight | undefined>
  /** Percent of the vCenter task under way, as the agent last reported it. */
  cloneProgress(request: RequestRef): Promise<number | undefined>
  /** Since when nobody answers, as far as anything was asked. */
  silentSince(): Instant | undefined
  isReachable(): Promise<boolean>
  /** When the starts under way have ended: before the connection is closed. */
  settled(): Promise<void>
}

const updateLimitMs = 5_000
/** Of it, to learn what became of a message that was not answered. */
const confirmMs = 1_000
const startLimitMs = 2_000
const lookLimitMs = 1_500
const cacheMs = 2_000
const busyPauseMs = 150
const grpcCode = { resourceExhausted: 8 }
/** Temporal's stage of an update that stands in the history. */
const accepted = 2

/**
 * Two seconds of trying bridge a hiccup; after that the caller is told. A full inbox is ours to retry, so that the answer can
 * say that the message was never taken.
 */
const retries = defaultGrpcRetryOptions({ maxAttempts: 5, initialIntervalMs: () => 100 })
export const grpcInterceptors = [
  makeGrpcRetryInterceptor({
    ...retries,
    retryableDecider: (attempt, status) =>
      status.code !== grpcCode.resourceExhausted && retries.retryableDecider(attempt, status),
  }),
]

export function createProvisioning(client: Client): Provisioning {
  let silentSince: Instant | undefined
  const look = async <Seen>(see: () => Promise<Seen>) => {
    const seen = await unlessAway(() => within(client, lookLimitMs, see))
    silentSince = seen === undefined ? (silentSince ?? instantOf(Date.now())) : undefined
    return seen
  }
  const sites = siteSights(client)
  const seenSites = rememberFor(cacheMs, (siteId: string) => look(() => sites.see(siteId)))
  const workflows = rememberFor(cacheMs, (workflowId: string) => look(() => describeWorkflow(client, workflowId)))
  const starts = new Set<Promise<boolean>>()
  const started = (start: () => Promise<unknown>): Promise<boolean> => {
    const starting = startOnce(client, start).finally(() => starts.delete(starting))
    starts.add(starting)
    return starting
  }
  return {
    start: (request) => started(() => client.workflow.start(provisionVmType, startOptions(request))),
    startAgain: (request, endedRunId) =>
      started(async () => {
        if (endedRunId !== undefined) await endRun(client, request, endedRunId)
        await client.workflow.start(provisionVmType, tryAgainOptions(request))
      }),
    settled: async () => void (await Promise.allSettled(starts)),
    send: (request, update, message) =>
      deliver(client, vmRequestWorkflowId(request.siteId, request.id), update, message),
    seeSite: seenSites.ask,
    async maintain(siteId, order) {
      const done = await look(() => sites.maintain(siteId, order).then(() => true))
      seenSites.forget(siteId)
      return done === true
    },
    async seeWorkflow({ siteId, id }, step) {
      const described = await workflows.ask(vmRequestWorkflowId(siteId, id))
      return described === undefined ? undefined : workflowSight(described, step)
    },
    async cloneProgress({ siteId, id }) {
      const described = await workflows.ask(vmRequestWorkflowId(siteId, id))
      return described === undefined ? undefined : heartbeatPercent(client, described)
    },
    silentSince: () => silentSince,
    isReachable: () => answers(client),
  }
}

async function startOnce(client: Client, start: () => Promise<unknown>): Promise<boolean> {
  try {
    await within(client, startLimitMs, start)
    return true
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return true
    if (isRpcFailure(error)) return false
    throw error
  }
}

/** Mostly it has ended long ago. */
async function endRun(client: Client, { siteId, requestId }: ProvisioningRequest, runId: string): Promise<void> {
  try {
    await client.workflow.getHandle(vmRequestWorkflowId(siteId, requestId), runId).terminate('tried again')
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error
  }
}

async function deliver<Result, Message extends { id: string }>(
  client: Client,
  workflowId: string,
  update: UpdateDefinition<Result, [Message]>,
  message: Message,
): Promise<UpdateAnswer<Result>> {
  const deadline = Date.now() + updateLimitMs - confirmMs
  const handle = client.workflow.getHandle(workflowId)
  for (;;) {
    try {
      const result = await client.connection.withDeadline(deadline, () =>
        handle.executeUpdate(update, { args: [message], updateId: message.id }),
      )
      return { kind: 'applied', result }
    } catch (error) {
      if (isBusy(error) && Date.now() + busyPauseMs < deadline) await pause(busyPauseMs)
      else if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)
        return { kind: (await isAccepted(client, workflowId, message.id)) ? 'underWay' : 'unconfirmed' }
      else return answerOf(error)
    }
  }
}

/** Asked only where no answer came: one that did needed one call. */
async function isAccepted(client: Client, workflowId: string, updateId: string): Promise<boolean> {
  const { namespace, identity } = client.options
  const seen = await unlessAway(() =>
    within(client, confirmMs, () =>
      client.workflowService.pollWorkflowExecutionUpdate({
        namespace,
        identity,
        updateRef: { workflowExecution: { workflowId }, updateId },
        waitPolicy: { lifecycleStage: accepted },
      }),
    ),
  )
  return seen !== undefined && seen.stage >= accepted
}

function answerOf(error: unknown): UpdateAnswer<never> {
  if (error instanceof WorkflowUpdateFailedError) return refusalOf(error)
  if (error instanceof WorkflowNotFoundError) return { kind: 'noWorkflow' }
  if (isRpcFailure(error)) return { kind: 'unavailable' }
  throw error
}

function refusalOf(error: WorkflowUpdateFailedError): UpdateAnswer<never> {
  const { cause } = error
  if (cause instanceof ApplicationFailure && isFailureCode(cause.type))
    return { kind: 'refused', code: cause.type, message: cause.message }
  // The workflow ended before its answer: what the request says now tells whether the message still came to effect.
  if (cause instanceof ApplicationFailure && cause.type === 'AcceptedUpdateCompletedWorkflow')
    return { kind: 'noWorkflow' }
  throw error
}

async function answers(client: Client): Promise<boolean> {
  const { namespace } = client.options
  const ask = () => client.workflowService.describeNamespace({ namespace })
  return (await unlessAway(() => within(client, lookLimitMs, ask))) !== undefined
}

/** What is only looked at may be unknown for a while. */
async function unlessAway<Seen>(look: () => Promise<Seen>): Promise<Seen | undefined> {
  try {
    return await look()
  } catch (error) {
    if (isRpcFailure(error)) return undefined
    throw error
  }
}

const within = <Result>(client: Client, milliseconds: number, call: () => Promise<Result>): Promise<Result> =>
  client.connection.withDeadline(Date.now() + milliseconds, call)

const isRpcFailure = (error: unknown): boolean => error instanceof ServiceError || isGrpcServiceError(error)

function isBusy(error: unknown): boolean {
  const status = error instanceof ServiceError ? error.cause : error
  return isGrpcServiceError(status) && status.code === grpcCode.resourceExhausted
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
