import type { Request, Response } from 'express'
import { changedSince } from '@berth/database/changes.ts'
import type { VmRequestView } from '@berth/database/vm-request-view.ts'
import { vmRequestIds, vmRequestsOf, type VmRequestFilter } from '@berth/database/vm-requests.ts'
import type { Caller } from '../caller.ts'
import type { ApiDependencies } from '../dependencies.ts'
import { eventStream, type EventStream } from '../http/event-stream.ts'
import { presentVmRequest } from '../present/present-vm-request.ts'
import { beholderOf, cloneProgressOf, findRequest, isCloning } from '../present/read-vm-request.ts'
import { mayDo } from '../policies.ts'
import { visibilityOf } from '../visibility-of.ts'
import { inTurn } from './in-turn.ts'
import { liveCaller, type LiveCaller } from './live-caller.ts'
import type { RequestFeed } from './request-feed.ts'

/** What a stream needs beside the dependencies of all routes. */
export interface Streams extends ApiDependencies {
  feed: RequestFeed
  authenticate(request: Request): Promise<Caller>
  openStreams: { inc(): void; dec(): void }
}

interface Watcher {
  caller: Caller
  request: Request
  response: Response
}

/** Whoever is behind a stream is believed to be the same for this long. */
const believedMs = 5_000
const progressMs = 2_000
const event = 'vm-request'

/** One request, at once and at each change; between changes the percent of a clone under way, under the same version. */
export async function watchRequest(streams: Streams, watcher: Watcher, id: string): Promise<void> {
  const { stream, live, turn } = open(streams, watcher)
  let sentVersion = Number(watcher.request.get('last-event-id') ?? 0) || 0
  let sentProgress: number | undefined
  let cloning = false
  const show = async (): Promise<void> => {
    const caller = await live.now()
    const view = await findRequest(streams.database, id)
    if (caller === undefined || view === undefined || !mayDo(caller, 'read', 'vmRequest', view)) return stream.close()
    cloning = isCloning(view)
    const progress = await cloneProgressOf(streams, view)
    if (view.version <= sentVersion && progress === sentProgress) return
    sentVersion = view.version
    sentProgress = progress
    stream.send(event, String(view.version), presentVmRequest(view, beholderOf(streams, caller), progress))
  }
  await whileOpen(streams, stream, turn, live, ({ ids }) => {
    if (ids.includes(id)) turn(show)
  })
  turn(show)
  const polling = setInterval(() => cloning && turn(show), progressMs)
  stream.closed.addEventListener('abort', () => clearInterval(polling))
}

/**
 * All requests that match and that the caller may read, whenever one changes, and once more when one no longer matches. Ids
 * are positions, so that nothing is missed.
 */
export async function watchRequests(streams: Streams, watcher: Watcher, filter: VmRequestFilter): Promise<void> {
  const { stream, live, turn } = open(streams, watcher)
  let sent = new Map<string, number>()
  const matched = matchedBefore(streams, filter)
  const show = async (ids: readonly string[], xid: string): Promise<void> => {
    const caller = await live.now()
    if (caller === undefined) return stream.close()
    const matching = await vmRequestsOf(streams.database, ids, filter, visibilityOf(caller))
    const views = [...matching, ...(await matched.thatLeft(ids, matching, caller))]
    const news = views.filter((view) => view.version > (sent.get(view.id) ?? 0))
    for (const view of news) stream.send(event, xid, presentVmRequest(view, beholderOf(streams, caller)))
    sent = new Map(views.map(versionOf))
  }
  turn(() => matched.begin(watcher.caller))
  await whileOpen(streams, stream, turn, live, ({ ids, xid }) => turn(() => show(ids, xid)))
  turn(async () => {
    const resumed = positionIn(watcher.request.get('last-event-id'))
    const { ids, xid } = await changedSince(streams.database, resumed)
    // Any of them may have matched when the client last heard of it.
    matched.add(ids)
    stream.position(xid)
    await show(ids, xid)
  })
}

/** What the client may believe to match: what did when the stream began, and what was sent since. */
function matchedBefore({ database }: Streams, filter: VmRequestFilter) {
  const ids = new Set<string>()
  const everythingMatches = Object.keys(filter).length === 0
  const add = (those: readonly string[]): void => {
    if (!everythingMatches) for (const id of those) ids.add(id)
  }
  return {
    add,
    async begin(caller: Caller): Promise<void> {
      if (!everythingMatches) add(await vmRequestIds(database, filter, visibilityOf(caller)))
    },
    /** Those of the changed ones that matched and no longer do. */
    async thatLeft(changed: readonly string[], matching: readonly VmRequestView[], caller: Caller) {
      const still = new Set(matching.map(({ id }) => id))
      const gone = changed.filter((id) => ids.has(id) && !still.has(id))
      for (const id of gone) ids.delete(id)
      add([...still])
      return gone.length === 0 ? [] : vmRequestsOf(database, gone, {}, visibilityOf(caller))
    },
  }
}

const versionOf = ({ id, version }: VmRequestView): [string, number] => [id, version]

const positionIn = (lastEventId: string | undefined): string | undefined =>
  lastEventId !== undefined && /^\d{1,18}$/.test(lastEventId) ? lastEventId : undefined

function open({ authenticate, log, openStreams, settings }: Streams, { caller, request, response }: Watcher) {
  const stream = eventStream(response)
  openStreams.inc()
  stream.closed.addEventListener('abort', () => openStreams.dec(), { once: true })
  const turn = inTurn((error) => {
    log.warn({ err: error, requestId: request.id }, 'an event stream broke off')
    stream.close()
  })
  return {
    stream,
    turn,
    live: liveCaller(request, caller, authenticate, Math.min(believedMs, settings.heartbeatSeconds * 1_000)),
  }
}

/** Follows the feed and beats until the client goes or its session ends. */
async function whileOpen(
  { feed, settings }: Streams,
  stream: EventStream,
  turn: (work: () => Promise<void>) => void,
  live: LiveCaller,
  listener: Parameters<RequestFeed['follow']>[0],
): Promise<void> {
  const leave = await feed.follow(listener)
  const beating = setInterval(
    () =>
      turn(async () => {
        if ((await live.now()) === undefined) stream.close()
        else stream.heartbeat()
      }),
    settings.heartbeatSeconds * 1_000,
  )
  const stop = () => {
    clearInterval(beating)
    leave()
  }
  if (stream.closed.aborted) stop()
  else stream.closed.addEventListener('abort', stop)
}
