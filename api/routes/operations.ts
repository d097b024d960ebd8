import { listAudit } from '@berth/database/audit-entries.ts'
import { openFindings } from '@berth/database/findings.ts'
import { undeliveredNotices } from '@berth/database/undelivered-notices.ts'
import { instantOf, later, type Instant } from '@berth/domain/instant.ts'
import { authorizeInstallation } from '../authorize.ts'
import type { ApiDependencies } from '../dependencies.ts'
import type { Handlers } from '../http/endpoint-router.ts'
import { pageOf, unknownCursor } from '../present/page-of.ts'
import { presentAuditEntry } from '../present/present-audit-entry.ts'

/** What operators and auditors look at. */
export const operationRoutes = ({
  database,
}: ApiDependencies): Pick<Handlers, 'listAudit' | 'listFindings' | 'listNotices'> => ({
  async listAudit({ caller, query }) {
    authorizeInstallation(caller, 'readAllAudit')
    const { cursor, limit, ...filter } = query
    const page = await listAudit(
      database,
      { ...filter, ...withinTime(filter) },
      'all',
      cursor === undefined ? { limit } : { limit, cursor },
    )
    if (page === undefined) throw unknownCursor()
    return { status: 200, body: { ...page, items: page.items.map(presentAuditEntry) } }
  },

  async listFindings({ caller, query }) {
    authorizeInstallation(caller, 'readOperations')
    const findings = await openFindings(database, query.site)
    const items = findings.map(({ seenCount, ...finding }) => ({ ...finding, runs: seenCount }))
    return { status: 200, body: pageOf(items, query) }
  },

  async listNotices({ caller, query }) {
    authorizeInstallation(caller, 'readOperations')
    return { status: 200, body: pageOf(await undeliveredNotices(database), query) }
  },
})

/** Nothing happened before this, and PostgreSQL knows no year 0. */
const beginning = instantOf(0)

const withinTime = ({ from, to }: { from?: Instant; to?: Instant }) => ({
  ...(from !== undefined && { from: later(from, beginning) }),
  ...(to !== undefined && { to: later(to, beginning) }),
})
