import type { CatalogItem } from '@berth/contract/catalog-item.ts'
import { offeredItems, type OfferedItem } from '@berth/database/catalog-items.ts'
import { policiesNow } from '@berth/database/policies.ts'
import { quotasOf } from '@berth/database/quotas.ts'
import { defaultLeaseSeconds } from '@berth/domain/policy.ts'
import { authorizeInstallation } from '../authorize.ts'
import type { ApiDependencies } from '../dependencies.ts'
import type { Handlers } from '../http/endpoint-router.ts'
import { mayDo } from '../policies.ts'
import { pageOf } from '../present/page-of.ts'
import { Problem } from '../problems.ts'

type Offering = 'listCatalogItems' | 'getCatalogItem' | 'listQuotas' | 'listPolicies'

/** What the installation offers. */
export const catalogRoutes = ({ database }: ApiDependencies): Pick<Handlers, Offering> => ({
  async listCatalogItems({ caller, query }) {
    authorizeInstallation(caller, 'readCatalog')
    const items = (await offeredItems(database)).filter(
      ({ item }) => query.site === undefined || item.siteId === query.site,
    )
    return { status: 200, body: pageOf(items.map(presentCatalogItem), query) }
  },

  async getCatalogItem({ caller, params }) {
    authorizeInstallation(caller, 'readCatalog')
    const found = (await offeredItems(database)).find(({ item }) => item.id === params.id)
    if (found === undefined) throw Problem.notFound('catalog item')
    return { status: 200, body: presentCatalogItem(found) }
  },

  async listQuotas({ caller, query }) {
    const everybodys = mayDo(caller, 'readAllQuotas', 'installation', undefined)
    const own = caller.teamIds.filter((teamId) => mayDo(caller, 'readQuota', 'team', { teamId }))
    const quotas = await quotasOf(database, everybodys ? undefined : own)
    const items = quotas.map(({ teamId, lines }) => ({
      teamId,
      teamName: teamId,
      lines: lines.map(({ resource, used, limit }) => ({ resource, used, limit })),
    }))
    return { status: 200, body: pageOf(items, query) }
  },

  async listPolicies({ caller, query }) {
    authorizeInstallation(caller, 'readPolicies')
    return { status: 200, body: pageOf(await policiesNow(database), query) }
  },
})

function presentCatalogItem({ item, policy, usuallyReadySeconds }: OfferedItem): CatalogItem {
  const { minLeaseSeconds, maxGrantSeconds, maxTotalSeconds } = policy
  return {
    id: item.id,
    version: item.version,
    name: item.name,
    os: item.os,
    siteId: item.siteId,
    sizes: item.sizes,
    sshUser: item.sshUser,
    sshPort: item.sshPort,
    lease: {
      defaultSeconds: Math.min(defaultLeaseSeconds, maxGrantSeconds, maxTotalSeconds),
      minLeaseSeconds,
      maxGrantSeconds,
      maxTotalSeconds,
    },
    approval: item.approval,
    ...(item.description !== undefined && { description: item.description }),
    ...(usuallyReadySeconds !== undefined && { usuallyReadySeconds }),
  }
}
