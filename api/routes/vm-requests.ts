import { listVmRequests, type VmRequestFilter } from '@berth/database/vm-requests.ts'
import { listAudit } from '@berth/database/audit-entries.ts'
import { authorizeOnRequest } from '../authorize.ts'
import type { Caller } from '../caller.ts'
import { watchRequest, watchRequests, type Streams } from '../events/watch-requests.ts'
import type { Handlers } from '../http/endpoint-router.ts'
import { pageOf, unknownCursor } from '../present/page-of.ts'
import { presentAuditEntry } from '../present/present-audit-entry.ts'
import { presentVmRequest } from '../present/present-vm-request.ts'
import { beholderOf, findRequest, readVmRequestFor } from '../present/read-vm-request.ts'
import { visibilityOf } from '../visibility-of.ts'

type Reading = 'listVmRequests' | 'getVmRequest' | 'watchVmRequest' | 'watchVmRequests' | 'listVmRequestAudit'

/** Requests as people read them, once or live. */
export const vmRequestRoutes = (streams: Streams): Pick<Handlers, Reading> => ({
  async listVmRequests({ caller, query }) {
    const { cursor, limit, ...filter } = query
    const position = cursor === undefined ? { limit } : { limit, cursor }
    const page = await listVmRequests(streams.database, filterOf(caller, filter), visibilityOf(caller), position)
    if (page === undefined) throw unknownCursor()
    const beholder = beholderOf(streams, caller)
    return { status: 200, body: { ...page, items: page.items.map((view) => presentVmRequest(view, beholder)) } }
  },

  async getVmRequest({ caller, params }) {
    return { status: 200, body: await readVmRequestFor(streams, caller, params.id) }
  },

  async watchVmRequest({ caller, params, request, response }) {
    authorizeOnRequest(caller, 'read', await findRequest(streams.database, params.id))
    await watchRequest(streams, { caller, request, response }, params.id)
    return undefined
  },

  async watchVmRequests({ caller, query, request, response }) {
    await watchRequests(streams, { caller, request, response }, filterOf(caller, query))
    return undefined
  },

  async listVmRequestAudit({ caller, params, query }) {
    authorizeOnRequest(caller, 'read', await findRequest(streams.database, params.id))
    return { status: 200, body: pageOf(await wholeAudit(streams, params.id), query) }
  },
})

interface FilterQuery {
  state?: VmRequestFilter['state']
  owner?: string
  team?: string
  site?: string
  q?: string
}

const filterOf = (caller: Caller, { state, owner, team, site, q }: FilterQuery): VmRequestFilter => ({
  ...(state !== undefined && { state }),
  ...(owner !== undefined && { ownerId: owner === 'me' ? caller.userId : owner }),
  ...(team !== undefined && { teamId: team }),
  ...(site !== undefined && { siteId: site }),
  ...(q !== undefined && { q }),
})

/** A life has some dozens of entries; people read them from its beginning. */
async function wholeAudit({ database }: Streams, requestId: string) {
  const entries = []
  let cursor: string | null | undefined
  do {
    const position = typeof cursor === 'string' ? { limit: 200, cursor } : { limit: 200 }
    const page = await listAudit(database, { requestId }, 'all', position)
    if (page === undefined) break
    entries.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null)
  return entries.reverse().map(presentAuditEntry)
}
