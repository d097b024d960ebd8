import type { AgentSighting, AtFirstLook, Receipt } from './agents.ts'
import { agentsSeen, received, type AgentSeen } from './agents.ts'
import { boundsIn } from './clone-bounds.ts'
import { instantOf, type Instant } from './instant.ts'
import type { ActivitySight, QueuedFor, SiteSight } from './step-wait.ts'

/** How Temporal's answers read: as plain shapes, so that API and workers read them alike. */

/** Seconds come as a number or as Temporal's own long. */
interface Timestamp {
  seconds?: unknown
  nanos?: number | null
}
type Maybe<T> = T | null | undefined

export function instantOfTimestamp(timestamp: Maybe<Timestamp>): Instant | undefined {
  const seconds = Number(timestamp?.seconds ?? 0)
  return seconds === 0 ? undefined : instantOf(seconds * 1_000 + Math.floor((timestamp?.nanos ?? 0) / 1e6))
}

/** What `describeTaskQueue` and `listWorkers` answer for one queue of a site. */
export interface QueueAnswer {
  pollers: readonly {
    identity?: Maybe<string>
    lastAccessTime?: Maybe<Timestamp>
    workerVersionCapabilities?: Maybe<{ buildId?: Maybe<string> }>
  }[]
  stats?: Maybe<{ approximateBacklogCount?: unknown }>
  config?: Maybe<{
    queueRateLimit?: Maybe<{
      rateLimit?: Maybe<{ requestsPerSecond?: Maybe<number> }>
      metadata?: Maybe<{ reason?: Maybe<string>; updateIdentity?: Maybe<string>; updateTime?: Maybe<Timestamp> }>
    }>
  }>
  workersInfo: readonly {
    workerHeartbeat?: Maybe<{
      workerInstanceKey?: Maybe<string>
      workerIdentity?: Maybe<string>
      heartbeatTime?: Maybe<Timestamp>
      status?: unknown
      hostInfo?: Maybe<{ hostName?: Maybe<string> }>
      deploymentVersion?: Maybe<{ buildId?: Maybe<string> }>
      plugins?: Maybe<readonly { name?: Maybe<string> }[]>
      activityTaskSlotsInfo?: Maybe<{ currentUsedSlots?: Maybe<number>; currentAvailableSlots?: Maybe<number> }>
    }>
  }[]
}

export const activityQueue = 2 // temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY

const questionsAbout = (namespace: string, queue: string) => ({
  describe: {
    namespace,
    taskQueue: { name: queue },
    taskQueueType: activityQueue,
    reportStats: true,
    reportConfig: true,
  },
  list: { namespace, query: `TaskQueue = '${queue}'` },
})

type Questions = ReturnType<typeof questionsAbout>

/** Of Temporal's service. */
interface TellsOfQueues {
  describeTaskQueue(question: Questions['describe']): Promise<Omit<QueueAnswer, 'workersInfo'>>
  listWorkers(question: Questions['list']): Promise<Pick<QueueAnswer, 'workersInfo'>>
}

/** Who serves a queue of a site, and what waits in it. */
export async function askQueue(service: TellsOfQueues, namespace: string, queue: string): Promise<QueueAnswer> {
  const { describe, list } = questionsAbout(namespace, queue)
  const [described, { workersInfo }] = await Promise.all([
    service.describeTaskQueue(describe),
    service.listWorkers(list),
  ])
  return { ...described, workersInfo }
}

export interface SeenSite extends SiteSight {
  agents: AgentSeen[]
  /** `by` is a user's id. */
  maintenance?: { since: Instant; by: string; reason: string }
  /** Activities other than clones that wait for an agent. */
  othersQueued: number
}

const runningWorker = 1 // temporal.api.enums.v1.WorkerStatus.WORKER_STATUS_RUNNING
/** The server forgets workers after five minutes. */
const rememberedMs = 600_000

/** `receipts` is what the one who looks remembers of heartbeats from look to look. */
export function seenSite(
  answers: { clones: QueueAnswer; others: QueueAnswer },
  receipts: Map<string, Receipt>,
  now: Instant,
  atFirstLook?: AtFirstLook,
): SeenSite {
  for (const [key, { lookedAt }] of receipts)
    if (Date.parse(now) - Date.parse(lookedAt) > rememberedMs) receipts.delete(key)
  const sightings = (['clones', 'others'] as const).flatMap((queue) =>
    sightingsIn(queue, answers[queue], receipts, now),
  )
  const agents = agentsSeen(sightings, now, atFirstLook)
  const slots = agents.flatMap((agent) => (agent.alive && agent.slots !== null ? agent.slots.clones : []))
  return {
    agents,
    clones: {
      queued: backlogOf(answers.clones),
      used: slots.reduce((sum, { used }) => sum + used, 0),
      free: slots.reduce((sum, { free }) => sum + free, 0),
    },
    othersQueued: backlogOf(answers.others),
    ...maintenanceIn(answers.clones, now),
  }
}

const backlogOf = ({ stats }: QueueAnswer): number => Number(stats?.approximateBacklogCount ?? 0)

function sightingsIn(
  queue: AgentSighting['queue'],
  { workersInfo, pollers }: QueueAnswer,
  receipts: Map<string, Receipt>,
  now: Instant,
): AgentSighting[] {
  const beating = workersInfo.flatMap(({ workerHeartbeat: beat }): AgentSighting[] => {
    const beatAt = instantOfTimestamp(beat?.heartbeatTime)
    if (!beat || beatAt === undefined) return []
    const key = beat.workerInstanceKey ?? ''
    const receipt = received(receipts.get(key), beatAt, now)
    receipts.set(key, receipt)
    const { currentUsedSlots, currentAvailableSlots } = beat.activityTaskSlotsInfo ?? {}
    const slots = { used: currentUsedSlots ?? 0, free: currentAvailableSlots ?? 0 }
    const bounds = boundsIn(beat.plugins?.map(({ name }) => name ?? '') ?? [])
    return [
      {
        identity: beat.workerIdentity ?? '',
        queue,
        version: versionFrom(beat.workerIdentity, beat.deploymentVersion?.buildId),
        ...(beat.hostInfo?.hostName && { host: beat.hostInfo.hostName }),
        heartbeat: { receipt, stopped: beat.status !== runningWorker, slots, ...(bounds && { bounds }) },
      },
    ]
  })
  const polling = pollers.map(({ identity, lastAccessTime, workerVersionCapabilities }): AgentSighting => {
    const polledAt = instantOfTimestamp(lastAccessTime)
    const version = versionFrom(identity, workerVersionCapabilities?.buildId)
    return { identity: identity ?? '', queue, version, ...(polledAt !== undefined && { polledAt }) }
  })
  return [...beating, ...polling]
}

/** Agents identify themselves as `agent/<site>/<host>/<version>/<pid>`. */
const versionFrom = (identity: Maybe<string>, buildId: Maybe<string>): string | null =>
  identity?.split('/')[3] ?? (buildId || null)

/** A build queue that lets nothing through is a site in maintenance; who limited it, when and why stands beside it. */
function maintenanceIn({ config }: QueueAnswer, now: Instant): Pick<SeenSite, 'maintenance'> {
  const { rateLimit, metadata } = config?.queueRateLimit ?? {}
  if (!rateLimit || (rateLimit.requestsPerSecond ?? 0) > 0) return {}
  return {
    maintenance: {
      since: instantOfTimestamp(metadata?.updateTime) ?? now,
      by: metadata?.updateIdentity ?? '',
      reason: metadata?.reason ?? '',
    },
  }
}

/** One of the `pendingActivities` of a described workflow. */
export interface PendingActivityAnswer<Payload = unknown> {
  heartbeatDetails?: Maybe<{ payloads?: Maybe<readonly Payload[]> }>
  activityType?: Maybe<{ name?: Maybe<string> }>
  state?: unknown
  paused?: Maybe<boolean>
  attempt?: Maybe<number>
  /** Only while it backs off. */
  nextAttemptScheduleTime?: Maybe<Timestamp>
  lastFailure?: Maybe<{ message?: Maybe<string>; applicationFailureInfo?: Maybe<{ type?: Maybe<string> }> }>
}

// temporal.api.enums.v1.PendingActivityState
const started = 2
const pausedStates: readonly unknown[] = [4, 5]

/** The activity of this type: letters under delivery are pending activities too. `read` decodes what it heartbeats. */
export function activityIn<Payload>(
  pending: Maybe<readonly PendingActivityAnswer<Payload>[]>,
  type: string,
  read: (payload: Payload) => unknown,
): ActivitySight | undefined {
  const found = pending?.find(({ activityType }) => activityType?.name === type)
  if (found === undefined) return undefined
  // What the activity threw; its own cause is what lies behind it, and has no code.
  const { lastFailure, attempt, state, paused, heartbeatDetails, nextAttemptScheduleTime } = found
  const heartbeat = heartbeatDetails?.payloads?.[0]
  const queuedFor = heartbeat && queuedForIn(read(heartbeat))
  const code = lastFailure?.applicationFailureInfo?.type
  return {
    attempt: attempt ?? 1,
    started: state === started,
    ...(instantOfTimestamp(nextAttemptScheduleTime) !== undefined && { backsOff: true }),
    ...(queuedFor !== undefined && { queuedFor }),
    ...((paused === true || pausedStates.includes(state)) && { paused: true }),
    ...(lastFailure?.message && { lastFailure: { message: lastFailure.message, ...(code && { code }) } }),
  }
}

function queuedForIn(heartbeat: unknown): QueuedFor | undefined {
  const { queuedFor } = (heartbeat ?? {}) as { queuedFor?: Partial<QueuedFor> }
  const { datastore, limit, before } = queuedFor ?? {}
  if (datastore === undefined || limit === undefined || before === undefined) return undefined
  return { datastore, limit, before }
}
