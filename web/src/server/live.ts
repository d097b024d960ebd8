import type { VmRequest } from '@berth/contract/vm-request.ts'
import { useQueryClient, type InfiniteData, type InvalidateOptions, type QueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { addressOf } from './call.ts'
import { newest, withNewest } from './newest.ts'
import { keys } from './queries.ts'

/** How often the page asks by itself while events do not come. */
const refetchSeconds = 5
/** Many changes at once are one refetch. */
const gatherMilliseconds = 1_000

interface Page {
  items: VmRequest[]
  nextCursor: string | null
}

/** Puts a request into every list and page that shows it, unless they have that version or a newer one. */
export function keep(client: QueryClient, came: VmRequest) {
  client.setQueryData<VmRequest>(keys.vmRequest(came.id), (known) => newest(known, came))
  client.setQueriesData<InfiniteData<Page>>({ queryKey: keys.vmRequests }, (known) => {
    if (known === undefined) return known
    let changed = false
    const pages = known.pages.map((page) => {
      const items = withNewest(page.items, came)
      if (items === undefined || items === page.items) return page
      changed = true
      return { ...page, items: [...items] }
    })
    return changed ? { ...known, pages } : known
  })
}

/** What else may look different once a request has changed: a preview tells quota and the next name. */
const asideKeys = (id: string) => [keys.audit(id), keys.approvals, keys.vmRequests, keys.holdGroups, keys.preview]

interface Told {
  before: VmRequest | undefined
  now: VmRequest
}

/**
 * Keeps what is on the screen as the server knows it, by one stream of events of all that the person may read. While it is
 * down, or where none can be had, everything shown is asked for again. Hidden tabs let go of the connection: browsers allow
 * six for one server.
 */
export function useLive(onChange: (told: Told) => void) {
  const client = useQueryClient()
  useEffect(() => watch(client, onChange), [client, onChange])
}

function watch(client: QueryClient, onChange: (told: Told) => void): () => void {
  let source: EventSource | undefined
  let gathering: ReturnType<typeof setTimeout> | undefined

  const take = (now: VmRequest) => {
    const before = client.getQueryData<VmRequest>(keys.vmRequest(now.id)) ?? inLists(client, now.id)
    keep(client, now)
    if (before !== undefined && before.version >= now.version) return
    onChange({ before, now })
    gathering ??= setTimeout(() => {
      gathering = undefined
      for (const queryKey of asideKeys(now.id)) void client.invalidateQueries({ queryKey })
    }, gatherMilliseconds)
  }
  const refetch = (options: InvalidateOptions = {}) =>
    void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.me[0] }, options)
  const connect = () => {
    source?.close()
    if (document.hidden) return
    source = new EventSource(addressOf('watchVmRequests'))
    // Events begin here: what is under way may have been answered before.
    source.addEventListener('open', () => refetch())
    source.addEventListener('vm-request', (event) => take(JSON.parse(event.data) as VmRequest))
  }
  const fallBack = setInterval(() => {
    if (document.hidden || source?.readyState === EventSource.OPEN) return
    // A call that nobody answers shall fail, not begin again for ever.
    refetch({ cancelRefetch: false })
    if (source?.readyState === EventSource.CLOSED) connect()
  }, refetchSeconds * 1_000)

  document.addEventListener('visibilitychange', connect)
  connect()
  return () => {
    document.removeEventListener('visibilitychange', connect)
    clearInterval(fallBack)
    clearTimeout(gathering)
    source?.close()
  }
}

function inLists(client: QueryClient, id: string): VmRequest | undefined {
  return client
    .getQueriesData<InfiniteData<Page>>({ queryKey: keys.vmRequests })
    .flatMap(([, known]) => known?.pages.flatMap(({ items }) => items) ?? [])
    .find((request) => request.id === id)
}
