import { listAudit } from '@berth/database/audit-entries.ts'
import { listedFindings } from '@berth/database/listed-findings.ts'
import { undeliveredNotices } from '@berth/database/undelivered-notices.ts'
import { instantOf, later, type Instant } from '@berth/domain/instant.ts'
import { authorizeInstallation } from '../authorize.ts'
import type { ApiDependencies } from '../dependencies.ts'
import type { Handlers } from '../http/endpoint-router.ts'
import { pageOf, unknownCursor } from '../present/page-of.ts'
import { presentAuditEntry } from '../present/present-audit-entry.ts'
import { presentFinding } from '../present/present-finding.ts'

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
    const { site, kind, severity, request } = query
    const findings = await listedFindings(database, {
      ...(site !== undefined && { siteId: site }),
      ...(kind !== undefined && { kind: [kind] }),
      ...(severity !== undefined && { severity: [severity] }),
      ...(request !== undefined && { requestId: request }),
    })
    return {
      status: 200,
      body: pageOf(
        findings.map((finding) => presentFinding(finding, caller)),
        query,
      ),
    }
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
