import { shareNow, type CloneBounds } from './clone-bounds.ts'
import { earlier, later, secondsBetween, type Instant } from './instant.ts'

/**
 * Which agents live. An agent says so by its heartbeats, which carry the time of its own clock; that a heartbeat is new is
 * what counts, so that a clock that is wrong makes nobody dead.
 */

/** Heartbeats come every 5 s, an idle poll every 5 to 15 s; what the dead leave behind stays for minutes. */
const aliveWithinSeconds = 20
/** Who looks at least this often knows when a heartbeat came, whatever the time that it carries. */
const watchedWithinSeconds = 15
const toleratedSkewSeconds = 2

/** The newest heartbeat of one worker, by the clock of whoever looks. */
export interface Receipt {
  beatAt: Instant
  /** When a look found it. */
  foundAt: Instant
  /** When it came; by the agent's own clock, as long as that is not known to be right. */
  receivedAt: Instant
  /** How far the agent's clock is ahead; null while it is not known. */
  clockSkewSeconds: number | null
  lookedAt: Instant
}

export function received(before: Receipt | undefined, beatAt: Instant, now: Instant): Receipt {
  if (before?.beatAt === beatAt) return { ...before, lookedAt: now }
  if (before === undefined || secondsBetween(before.lookedAt, now) > watchedWithinSeconds) {
    const ahead = secondsBetween(now, beatAt)
    const clockSkewSeconds = ahead > toleratedSkewSeconds ? Math.round(ahead) : null
    return { beatAt, foundAt: now, receivedAt: earlier(beatAt, now), clockSkewSeconds, lookedAt: now }
  }
  // It came after the last look and before this one, so its clock is off by what lies outside.
  const least = secondsBetween(now, beatAt)
  const most = secondsBetween(before.lookedAt, beatAt)
  const skew = least > toleratedSkewSeconds ? least : most < -toleratedSkewSeconds ? most : 0
  return { beatAt, foundAt: now, receivedAt: now, clockSkewSeconds: Math.round(skew), lookedAt: now }
}

export interface Slots {
  used: number
  free: number
}

/** One worker of an agent, on one queue of its site. */
export interface AgentSighting {
  identity: string
  queue: 'clones' | 'others'
  version: string | null
  host?: string
  /** `bounds` where it shares the clones of its site with the other agents: what is free to it is then its share. */
  heartbeat?: { receipt: Receipt; stopped: boolean; slots: Slots; bounds?: CloneBounds }
  /** Its last poll, by the server's clock. */
  polledAt?: Instant
}

export interface AgentSeen {
  identity: string
  host: string | null
  version: string | null
  lastContactAt: Instant | null
  alive: boolean
  clockSkewSeconds: number | null
  /** What it can do at the same time, and does now; null while it sends no heartbeats. */
  slots: { clones: Slots; others: Slots } | null
}

/**
 * What a heartbeat says whose clock nobody knows yet: what its clock says, where it is looked at again before anybody is told;
 * or, where it is told at once, no more than a recent poll, which the server timed.
 */
export type AtFirstLook = 'trustItsClock' | 'trustItsPolls'

export function agentsSeen(
  sightings: readonly AgentSighting[],
  now: Instant,
  atFirstLook: AtFirstLook = 'trustItsClock',
): AgentSeen[] {
  const byIdentity = Map.groupBy(sightings, ({ identity }) => identity)
  const agents = [...byIdentity].map(([identity, seen]) => agentSeen(identity, seen, now, atFirstLook))
  const living = agents.filter(({ alive }) => alive).map(({ identity }) => identity)
  const usedByAll = sum(agents.map(({ slots }) => slots?.clones.used ?? 0))
  return agents.map((agent) => {
    const bounds = byIdentity.get(agent.identity)?.find(({ heartbeat }) => heartbeat?.bounds)?.heartbeat?.bounds
    if (bounds === undefined || agent.slots === null) return agent
    const { used } = agent.slots.clones
    const share = shareNow(bounds, { living, usedByOthers: usedByAll - used }, agent.identity)
    return { ...agent, slots: { ...agent.slots, clones: { used, free: Math.max(0, share.slots - used) } } }
  })
}

function agentSeen(
  identity: string,
  seen: readonly AgentSighting[],
  now: Instant,
  atFirstLook: AtFirstLook,
): AgentSeen {
  const beats = seen.flatMap(({ heartbeat, queue }) => (heartbeat === undefined ? [] : [{ ...heartbeat, queue }]))
  // A frozen agent's poll still counts as seen when it times out after a minute; its heartbeats stop at once.
  const pollsCount = beats.every(({ receipt }) => atFirstLook === 'trustItsPolls' && isUnwatched(receipt, now))
  const polls = pollsCount ? seen.flatMap(({ polledAt }) => polledAt ?? []) : []
  const contacts = [...beats.map(({ receipt }) => receipt.receivedAt), ...polls]
  const lastContactAt = contacts.length === 0 ? null : contacts.reduce(later)
  const hasStopped = beats.length > 0 && beats.every(({ stopped }) => stopped)
  const skews = beats.flatMap(({ receipt }) => receipt.clockSkewSeconds ?? [])
  const slotsOn = (queue: AgentSighting['queue']): Slots => {
    const on = beats.filter((beat) => beat.queue === queue)
    // What an agent had under way when it stopped goes on without it.
    const fresh = on.filter(({ receipt }) => secondsBetween(receipt.receivedAt, now) < aliveWithinSeconds)
    const running = on.filter(({ stopped }) => !stopped)
    return { used: sum(fresh.map(({ slots }) => slots.used)), free: sum(running.map(({ slots }) => slots.free)) }
  }
  return {
    identity,
    host: seen.find(({ host }) => host !== undefined)?.host ?? null,
    version: seen.find(({ version }) => version !== null)?.version ?? null,
    lastContactAt,
    alive: lastContactAt !== null && secondsBetween(lastContactAt, now) < aliveWithinSeconds && !hasStopped,
    clockSkewSeconds: skews.length === 0 ? null : smallest(skews),
    slots: beats.length === 0 ? null : { clones: slotsOn('clones'), others: slotsOn('others') },
  }
}

/** So long after it was found, the next one would have come. */
const isUnwatched = ({ clockSkewSeconds, foundAt }: Receipt, now: Instant): boolean =>
  clockSkewSeconds === null && secondsBetween(foundAt, now) < aliveWithinSeconds

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

/** Each is a bound from below: the queue that was seen at the better moment says more. */
const smallest = (skews: readonly number[]): number =>
  skews.reduce((least, skew) => (Math.abs(skew) < Math.abs(least) ? skew : least))
