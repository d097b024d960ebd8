import type { Site } from '@berth/contract/site.ts'
import { recordFoundMaintenance, recordMaintenance, type MaintenanceChange } from '@berth/database/site-maintenance.ts'
import { configuredSites, type SiteView } from '@berth/database/sites.ts'
import { displayNames } from '@berth/database/users.ts'
import { authorizeInstallation } from '../authorize.ts'
import type { ApiDependencies } from '../dependencies.ts'
import type { Handlers } from '../http/endpoint-router.ts'
import { pageOf } from '../present/page-of.ts'
import { Problem } from '../problems.ts'

type SiteEndpoint = 'listSites' | 'beginMaintenance' | 'endMaintenance'

/** Sites with their agents, and their maintenance. */
export const siteRoutes = (dependencies: ApiDependencies): Pick<Handlers, SiteEndpoint> => ({
  async listSites({ caller, query }) {
    authorizeInstallation(caller, 'readSites')
    const page = pageOf(await configuredSites(dependencies.database), query)
    const items = await Promise.all(page.items.map((site) => presentSite(dependencies, site)))
    return { status: 200, body: { ...page, items } }
  },

  async beginMaintenance({ caller, params, body: { reason } }) {
    authorizeInstallation(caller, 'maintainSites')
    const site = await siteMeant(dependencies, params.id)
    const by = caller.userId
    const begun: MaintenanceChange = { siteId: site.id, by, reason, event: 'maintenanceBegun' }
    const { maintenance } = await presentSite(dependencies, site)
    if (maintenance === undefined) await change(dependencies, begun, { by, reason })
    else await recordFoundMaintenance(dependencies.database, { ...begun, reason: maintenance.reason }, maintenance)
    return { status: 200, body: await presentSite(dependencies, site) }
  },

  async endMaintenance({ caller, params }) {
    authorizeInstallation(caller, 'maintainSites')
    const site = await siteMeant(dependencies, params.id)
    const ended: MaintenanceChange = { siteId: site.id, by: caller.userId, event: 'maintenanceEnded' }
    const { maintenance } = await presentSite(dependencies, site)
    if (maintenance !== undefined) await change(dependencies, ended, null)
    else await recordFoundMaintenance(dependencies.database, ended, {})
    return { status: 200, body: await presentSite(dependencies, site) }
  },
})

async function siteMeant({ database }: ApiDependencies, id: string): Promise<SiteView> {
  const [site] = await configuredSites(database, id)
  if (site === undefined) throw Problem.notFound('site')
  return site
}

async function change(
  { database, provisioning }: ApiDependencies,
  what: MaintenanceChange,
  order: { by: string; reason: string } | null,
): Promise<void> {
  const isConfirmed = await recordMaintenance(database, what, () => provisioning.maintain(what.siteId, order))
  if (isConfirmed) return
  const wish = order === null ? 'ended' : 'begun'
  throw Problem.temporalUnavailable(
    `Whether the maintenance has ${wish} is not known: Temporal did not confirm it. Trying again does no harm.`,
  )
}

async function presentSite({ database, provisioning }: ApiDependencies, site: SiteView): Promise<Site> {
  const seen = await provisioning.seeSite(site.id)
  if (seen === undefined) throw Problem.temporalUnavailable()
  const { agents, clones, othersQueued, maintenance } = seen
  const names = await displayNames(database, maintenance === undefined ? [] : [maintenance.by])
  return {
    ...site,
    agents,
    clonesQueued: clones.queued,
    backlog: clones.queued + othersQueued,
    ...(maintenance !== undefined && {
      maintenance: { ...maintenance, byName: names.get(maintenance.by) ?? maintenance.by },
    }),
  }
}
