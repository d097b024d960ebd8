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
import { siteBuildQueue, siteQueue, vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import { provisionVmType, startOptions, tryAgainOptions } from '@berth/workflows/messages.ts'

/** Which request's workflow is spoken to. */
export interface RequestRef {
  id: string
  siteId: string
}

/** What became of a message to a workflow. `underWay`: it was handed over, and nobody has answered yet. */
export type UpdateAnswer<Result> =
  | { kind: 'applied'; result: Result }
  | { kind: 'refused'; code: FailureCode; message: string }
  | { kind: 'underWay' }
  | { kind: 'noWorkflow' }
  | { kind: 'unavailable' }

export interface Agent {
  identity: string
  lastContactAt: Instant | null
  version: string | null
  alive: boolean
}

export interface SiteWatch {
  agents: Agent[]
  /** Activities that wait for an agent. */
  backlog: number
}

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
  /** Who polls the site's queues; undefined when Temporal does not answer. */
  describeSite(siteId: string): Promise<SiteWatch | undefined>
  /** Percent of the vCenter task under way, as the agent last reported it. */
  cloneProgress(request: RequestRef): Promise<number | undefined>
  isReachable(): Promise<boolean>
  /** When the starts under way have ended: before the connection is closed. */
  settled(): Promise<void>
}

const updateLimitMs = 5_000
const startLimitMs = 2_000
const lookLimitMs = 1_500
const cacheMs = 2_000
const busyPauseMs = 150
/** A worker heartbeats every 5 s, an idle poller is seen every 5 to 15 s; entries of the dead stay for minutes. */
const aliveWithinMs = 30_000
const activityQueue = 2
const runningWorker = 1
const grpcCode = { deadlineExceeded: 4, resourceExhausted: 8 }

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
  const sites = rememberFor(cacheMs, (siteId: string) => watchSite(client, siteId))
  const progress = rememberFor(cacheMs, (workflowId: string) => heartbeatPercent(client, workflowId))
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
    describeSite: sites,
    cloneProgress: (request) => progress(vmRequestWorkflowId(request.siteId, request.id)),
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
  const deadline = Date.now() + updateLimitMs
  const handle = client.workflow.getHandle(workflowId)
  for (;;) {
    try {
      const result = await client.connection.withDeadline(deadline, () =>
        handle.executeUpdate(update, { args: [message], updateId: message.id }),
      )
      return { kind: 'applied', result }
    } catch (error) {
      if (isBusy(error) && Date.now() + busyPauseMs < deadline) await pause(busyPauseMs)
      else return await answerOf(client, error)
    }
  }
}

async function answerOf(client: Client, error: unknown): Promise<UpdateAnswer<never>> {
  if (error instanceof WorkflowUpdateFailedError) return refusalOf(error)
  if (error instanceof WorkflowNotFoundError) return { kind: 'noWorkflow' }
  // A timeout means "unknown": the message counts as handed over only if there is a server that could have taken it.
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)
    return (await answers(client)) ? { kind: 'underWay' } : { kind: 'unavailable' }
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

async function watchSite(client: Client, siteId: string): Promise<SiteWatch | undefined> {
  try {
    const queues = [siteQueue(siteId), siteBuildQueue(siteId)]
    const [described, workers] = await within(client, lookLimitMs, () =>
      Promise.all([
        Promise.all(queues.map((queue) => describeQueue(client, queue))),
        Promise.all(queues.map((queue) => workersOf(client, queue))),
      ]),
    )
    const beating = new Set(workers.flat().map(({ identity }) => identity))
    // A frozen agent's poll still counts as seen when it times out after a minute; its heartbeats stop at once.
    const polling = described.flatMap(({ pollers }) => pollers).filter(({ identity }) => !beating.has(identity))
    const sightings = [...polling, ...workers.flat()]
    return { agents: latestOfEach(sightings), backlog: described.reduce((sum, { backlog }) => sum + backlog, 0) }
  } catch (error) {
    if (isRpcFailure(error)) return undefined
    throw error
  }
}

interface Sighting {
  identity: string
  at: number
  version: string | null
  stopped: boolean
}

async function describeQueue(client: Client, queue: string): Promise<{ pollers: Sighting[]; backlog: number }> {
  const { pollers, stats } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: queue },
    taskQueueType: activityQueue,
    reportStats: true,
  })
  const sightings = pollers.map((poller) => ({
    identity: poller.identity ?? '',
    at: millisecondsOf(poller.lastAccessTime),
    version: versionFrom(
      poller.identity,
      poller.workerVersionCapabilities?.buildId ?? poller.deploymentOptions?.buildId,
    ),
    stopped: false,
  }))
  return { pollers: sightings, backlog: Number(stats?.approximateBacklogCount ?? 0) }
}

async function workersOf(client: Client, queue: string): Promise<Sighting[]> {
  const { workersInfo } = await client.workflowService.listWorkers({
    namespace: client.options.namespace,
    query: `TaskQueue = '${queue}'`,
  })
  return workersInfo.map(({ workerHeartbeat: beat }) => ({
    identity: beat?.workerIdentity ?? '',
    at: millisecondsOf(beat?.heartbeatTime),
    version: versionFrom(beat?.workerIdentity, beat?.deploymentVersion?.buildId),
    stopped: beat?.status !== runningWorker,
  }))
}

function latestOfEach(sightings: Sighting[]): Agent[] {
  const byIdentity = Map.groupBy(sightings, ({ identity }) => identity)
  return [...byIdentity].map(([identity, seen]) => {
    const [latest] = seen.toSorted((a, b) => b.at - a.at)
    const at = latest?.at ?? 0
    const alive = Date.now() - at < aliveWithinMs && !seen.every(({ stopped }) => stopped)
    return { identity, lastContactAt: at === 0 ? null : instantOf(at), version: latest?.version ?? null, alive }
  })
}

/** Agents identify themselves as `agent/<site>/<host>/<version>`. */
const versionFrom = (identity: string | null | undefined, buildId: string | null | undefined): string | null =>
  identity?.split('/')[3] ?? (buildId || null)

async function heartbeatPercent(client: Client, workflowId: string): Promise<number | undefined> {
  try {
    const { raw } = await within(client, lookLimitMs, () => client.workflow.getHandle(workflowId).describe())
    for (const activity of raw.pendingActivities ?? []) {
      const payload = activity.heartbeatDetails?.payloads?.[0]
      const details: unknown = payload && client.options.loadedDataConverter.payloadConverter.fromPayload(payload)
      if (
        typeof details === 'object' &&
        details !== null &&
        'percent' in details &&
        typeof details.percent === 'number'
      )
        return Math.max(0, Math.min(100, Math.round(details.percent)))
    }
    return undefined
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || isRpcFailure(error)) return undefined
    throw error
  }
}

async function answers(client: Client): Promise<boolean> {
  try {
    await within(client, lookLimitMs, () =>
      client.workflowService.describeNamespace({ namespace: client.options.namespace }),
    )
    return true
  } catch (error) {
    if (isRpcFailure(error)) return false
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

function millisecondsOf(timestamp: { seconds?: unknown; nanos?: number | null } | null | undefined): number {
  return Number(timestamp?.seconds ?? 0) * 1_000 + Math.floor((timestamp?.nanos ?? 0) / 1e6)
}

/** Answers of the last moments are given again: many watchers cost Temporal one question. */
function rememberFor<Answer>(
  milliseconds: number,
  ask: (key: string) => Promise<Answer>,
): (key: string) => Promise<Answer> {
  const remembered = new Map<string, { until: number; answer: Promise<Answer> }>()
  return (key) => {
    const now = Date.now()
    for (const [old, { until }] of remembered) if (until <= now) remembered.delete(old)
    const known = remembered.get(key)
    if (known) return known.answer
    const answer = ask(key)
    remembered.set(key, { until: now + milliseconds, answer })
    return answer
  }
}
