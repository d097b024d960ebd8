import type { Waiting } from '@berth/domain/step-wait.ts'
import type { SeenSite } from '@berth/domain/temporal-answers.ts'
import { waitingOf, type WaitingRequest } from '@berth/domain/waiting.ts'
import { instantOf, type Instant } from '@berth/domain/instant.ts'
import { displayNames } from '@berth/database/users.ts'
import type { VmRequestView } from '@berth/database/vm-request-view.ts'
import type { WaitingFacts } from '@berth/database/waiting-facts.ts'
import type { ApiDependencies } from '../dependencies.ts'
import { destroyedAt } from './lease-moments.ts'
import { Problem } from '../problems.ts'

type Sources = Pick<ApiDependencies, 'database' | 'provisioning'>

/** Why a request waits, from the record and from what Temporal shows now; undefined once it has ended. */
export async function whyWaiting(
  { database, provisioning }: Sources,
  view: VmRequestView,
  facts: WaitingFacts,
): Promise<Waiting | undefined> {
  const now = instantOf(Date.now())
  const request = waitingRequest(view, facts, now)
  const [workflow, site] = await Promise.all([
    provisioning.seeWorkflow(view, request.step?.name),
    provisioning.seeSite(view.siteId),
  ])
  if (workflow === undefined || site === undefined) throw Problem.temporalUnavailable()
  return waitingOf(request, workflow, await inPlainNames(database, site), now)
}

/** Temporal keeps ids; people read names. */
export async function inPlainNames(database: ApiDependencies['database'], site: SeenSite): Promise<SeenSite> {
  const { maintenance } = site
  if (maintenance === undefined) return site
  const names = await displayNames(database, [maintenance.by])
  return { ...site, maintenance: { ...maintenance, by: names.get(maintenance.by) ?? maintenance.by } }
}

function waitingRequest(view: VmRequestView, { reminders, earlierClones }: WaitingFacts, now: Instant): WaitingRequest {
  const { state, siteId, requestedAt, approvals, policy, steps, ...rest } = view
  const running = steps.findLast((step) => step.state === 'running')
  const destruction = destroyedAt(view, now)
  return {
    ...rest,
    state,
    siteId,
    requestedAt,
    approvals,
    reminders,
    earlierClones,
    approvalLapseSeconds: policy.approvalLapseSeconds,
    ...(running !== undefined && { step: { name: running.name, since: running.startedAt ?? requestedAt } }),
    ...(destruction !== undefined && { destroyedAt: destruction }),
  }
}
