import { Readable } from 'node:stream'
import { waitingFactsOf, restingRequests, type WaitingFacts } from '@berth/database/waiting-facts.ts'
import type { VmRequestView } from '@berth/database/vm-request-view.ts'
import { vmRequestsOf } from '@berth/database/vm-requests.ts'
import type { Waiting } from '@berth/domain/step-wait.ts'
import { authorizeInstallation, authorizeOnRequest } from '../authorize.ts'
import type { ApiDependencies } from '../dependencies.ts'
import type { Handlers } from '../http/endpoint-router.ts'
import { pageOf } from '../present/page-of.ts'
import { findRequest } from '../present/read-vm-request.ts'
import { whyWaiting } from '../present/why-waiting.ts'

/** Those that wait longest are looked at; when so many wait, the first sentences tell the cause. */
const mostLookedAt = 200
const sideBySide = 8
const nothing: WaitingFacts = { reminders: 0 }

/** Why is it waiting? For one request, and for all that are stuck. */
export const waitingRoutes = (dependencies: ApiDependencies): Pick<Handlers, 'getWaiting' | 'listWaiting'> => ({
  async getWaiting({ caller, params }) {
    const view = await findRequest(dependencies.database, params.id)
    authorizeOnRequest(caller, 'read', view)
    const facts = await waitingFactsOf(dependencies.database, [view.id])
    const waiting = await whyWaiting(dependencies, view, facts.get(view.id) ?? nothing)
    return { status: 200, body: { waiting: waiting === undefined ? null : { asPlanned: false, ...waiting } } }
  },

  async listWaiting({ caller, query }) {
    authorizeInstallation(caller, 'readOperations')
    const { database } = dependencies
    const ids = await restingRequests(database, mostLookedAt, query.site)
    const [views, facts] = await Promise.all([vmRequestsOf(database, ids, {}, 'all'), waitingFactsOf(database, ids)])
    const look = async (view: VmRequestView) => {
      const waiting = await whyWaiting(dependencies, view, facts.get(view.id) ?? nothing)
      return waiting === undefined || waiting.asPlanned ? [] : [entryOf(view, waiting)]
    }
    const looked = Readable.from(views).map(look, { concurrency: sideBySide })
    const waiting = ((await looked.toArray()) as ReturnType<typeof entryOf>[][]).flat()
    return { status: 200, body: pageOf(waiting.toSorted(longestFirst), query) }
  },
})

const entryOf = (
  { id, vmName, siteId, ownerName, teamId, state }: VmRequestView,
  { asPlanned: _, ...waiting }: Waiting,
) => ({
  requestId: id,
  vmName,
  siteId,
  ownerName,
  teamName: teamId,
  state,
  ...waiting,
})

const longestFirst = (a: { since: string }, b: { since: string }): number => (a.since < b.since ? -1 : 1)
