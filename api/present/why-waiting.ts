import type { Waiting } from '@berth/domain/step-wait.ts'
import type { SeenSite } from '@berth/domain/temporal-answers.ts'
import { engineSilent, waitingOf, type WaitingRequest } from '@berth/domain/waiting.ts'
import { addSeconds, instantOf, type Instant } from '@berth/domain/instant.ts'
import { isFinal, type HoldStep, type VmRequestState } from '@berth/domain/vm-request.ts'
import { displayNames } from '@berth/database/users.ts'
import type { VmRequestView } from '@berth/database/vm-request-view.ts'
import type { WaitingFacts } from '@berth/database/waiting-facts.ts'
import type { ApiDependencies } from '../dependencies.ts'
import { dueAtOf, intentOf } from './lease-moments.ts'

type Sources = Pick<ApiDependencies, 'database' | 'provisioning'>

/**
 * Why a request waits, from the record and from what Temporal shows now; undefined once it has ended. While Temporal is away
 * that is why. The site is asked first: its answer is shared, so that a long list does not wait for every workflow.
 */
export async function whyWaiting(
  { database, provisioning }: Sources,
  view: VmRequestView,
  facts: WaitingFacts,
): Promise<Waiting | undefined> {
  if (isFinal(view.state)) return undefined
  const now = instantOf(Date.now())
  const request = waitingRequest(view, facts, now)
  const site = await provisioning.seeSite(view.siteId)
  const workflow = site && (await provisioning.seeWorkflow(view, request.step?.name ?? stepBeingEnded[view.state]))
  if (site === undefined || workflow === undefined) return engineSilent(provisioning.silentSince() ?? now)
  return waitingOf(request, workflow, await inPlainNames(database, site), now)
}

/** A clone that was cancelled is waited for although its step is over. */
const stepBeingEnded: Partial<Record<VmRequestState, HoldStep>> = { retiring: 'clone' }

/** Temporal keeps ids; people read names. */
export async function inPlainNames(database: ApiDependencies['database'], site: SeenSite): Promise<SeenSite> {
  const { maintenance } = site
  if (maintenance === undefined) return site
  const names = await displayNames(database, [maintenance.by])
  return { ...site, maintenance: { ...maintenance, by: names.get(maintenance.by) ?? maintenance.by } }
}

function waitingRequest(
  view: VmRequestView,
  { reminders, changedAt, openClones }: WaitingFacts,
  now: Instant,
): WaitingRequest {
  const { state, siteId, requestedAt, approvals, policy, steps, intent: _, ...rest } = view
  const running = steps.findLast((step) => step.state === 'running')
  const dueAt = dueAtOf(view)
  const intent = intentOf(view, now)
  return {
    ...rest,
    state,
    siteId,
    requestedAt,
    changedAt: changedAt ?? requestedAt,
    approvals,
    reminders,
    ...(openClones !== undefined && { openClones }),
    approvalLapseSeconds: policy.approvalLapseSeconds,
    ...(running !== undefined && { step: { name: running.name, since: running.startedAt ?? requestedAt } }),
    ...(view.expiredAt !== undefined && { graceEndsAt: addSeconds(view.expiredAt, policy.graceSeconds) }),
    ...(dueAt !== undefined && { dueAt }),
    ...(intent !== undefined && { intent }),
  }
}
