import type { AuditEntry } from '@berth/contract/audit.ts'
import type { EndpointQuery, EndpointResponse } from '@berth/contract/endpoints.ts'
import type { EndpointName } from '@berth/contract/paths.ts'
import type { PreviewVmRequest } from '@berth/contract/preview.ts'
import type { VmRequest } from '@berth/contract/vm-request.ts'
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  replaceEqualDeep,
  type InfiniteData,
} from '@tanstack/react-query'
import { call } from './call.ts'
import { noneOlder, notOlder } from './newest.ts'

/** Everything that the pages read, with the keys under which live events find it. */

type Filter = Omit<EndpointQuery<'listVmRequests'>, 'cursor' | 'limit'>

export const keys = {
  me: ['me'],
  vmRequests: ['vmRequests'],
  vmRequest: (id: string) => ['vmRequest', id],
  audit: (id: string) => ['vmRequest', id, 'audit'],
  approvals: ['approvals'],
  preview: ['preview'],
  sites: ['sites'],
  operations: ['operations'],
  holdGroups: ['operations', 'holdGroups'],
} as const

export const me = queryOptions({
  queryKey: keys.me,
  queryFn: ({ signal }) => call('getMe', { signal }),
  staleTime: 60_000,
})

export const vmRequests = (filter: Filter) =>
  infiniteQueryOptions({
    queryKey: [...keys.vmRequests, filter],
    queryFn: ({ pageParam, signal }) =>
      call('listVmRequests', {
        query: { ...filter, limit: 50, ...(pageParam === undefined ? {} : { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    structuralSharing: (known, answered) => replaceEqualDeep(known, notOlderPages(known as Pages, answered as Pages)),
  })

type Pages = InfiniteData<{ items: VmRequest[] }> | undefined

const notOlderPages = (known: Pages, answered: Pages): Pages => {
  const shown = known?.pages.flatMap(({ items }) => items) ?? []
  return (
    answered && { ...answered, pages: answered.pages.map((page) => ({ ...page, items: noneOlder(shown, page.items) })) }
  )
}

export const heldRequests = vmRequests({ state: 'held' })

export const failedRequests = vmRequests({ state: 'failed' })

const progressMilliseconds = 2_000

const isCloning = (request: VmRequest | undefined): boolean =>
  request?.steps.some(({ name, state }) => name === 'clone' && state === 'running') ?? false

export const vmRequest = (id: string) =>
  queryOptions({
    queryKey: keys.vmRequest(id),
    queryFn: ({ signal }): Promise<VmRequest> => call('getVmRequest', { params: { id }, signal }),
    // Percent moves without an event.
    refetchInterval: ({ state }) => (isCloning(state.data) ? progressMilliseconds : false),
    structuralSharing: (known, answered) =>
      replaceEqualDeep(known, notOlder(known as VmRequest | undefined, answered as VmRequest)),
  })

/** The whole of it: it is told from its beginning, and people read it from its end. */
export const audit = (id: string) =>
  queryOptions({
    queryKey: keys.audit(id),
    queryFn: async ({ signal }) => {
      const items: AuditEntry[] = []
      for (let cursor: string | null | undefined; cursor !== null;) {
        const query = { limit: 200, ...(cursor === undefined ? {} : { cursor }) }
        const page = await call('listVmRequestAudit', { params: { id }, query, signal })
        items.push(...page.items)
        cursor = page.nextCursor
      }
      return items
    },
  })

export const catalogItems = queryOptions({
  queryKey: ['catalogItems'],
  queryFn: ({ signal }) => call('listCatalogItems', { query: { limit: 200 }, signal }),
  staleTime: 300_000,
})

export const preview = (body: PreviewVmRequest | undefined) =>
  queryOptions({
    queryKey: [...keys.preview, body],
    queryFn: ({ signal }) => {
      if (body === undefined) throw new Error('there is nothing to preview yet')
      return call('previewVmRequest', { body, signal })
    },
    enabled: body !== undefined,
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  })

export const openApprovals = queryOptions({
  queryKey: [...keys.approvals, 'open'],
  queryFn: ({ signal }) => call('listApprovals', { query: { limit: 200 }, signal }),
})

export const decidedApprovals = queryOptions({
  queryKey: [...keys.approvals, 'decided'],
  queryFn: ({ signal }) => call('listApprovals', { query: { decidedBy: 'me', limit: 200 }, signal }),
})

/** Agents say nothing when they fall silent, so these are asked again and again. */
const askedEverySeconds = 5

const polled = <N extends EndpointName>(name: N, queryKey: readonly string[]) =>
  queryOptions({
    queryKey,
    queryFn: ({ signal }): Promise<EndpointResponse<N>> => call(name, { signal }),
    refetchInterval: askedEverySeconds * 1_000,
  })

/** Why a request waits changes without the request changing; what it waited for `when` it stood elsewhere is no answer. */
export const waitingOf = (id: string, when: string) =>
  queryOptions({
    queryKey: [...keys.vmRequest(id), 'waiting', when],
    queryFn: ({ signal }) => call('getWaiting', { params: { id }, signal }),
    refetchInterval: askedEverySeconds * 1_000,
  })

export const sites = polled('listSites', keys.sites)
export const holdGroups = polled('listHoldGroups', keys.holdGroups)
export const mostFindings = 200
export const findings = queryOptions({
  ...polled('listFindings', [...keys.operations, 'findings']),
  queryFn: ({ signal }) => call('listFindings', { query: { limit: mostFindings }, signal }),
})
export const waitingRequests = polled('listWaiting', [...keys.operations, 'waiting'])
export const undeliveredNotices = polled('listNotices', [...keys.operations, 'notices'])
