import { createVmRequest, type CreateOutcome } from '@berth/database/create-vm-request.ts'
import { markStarted, provisioningRequestOf } from '@berth/database/outbox.ts'
import { previewVmRequest } from '@berth/database/preview-vm-request.ts'
import { resolveWish, type Refusal, type Wish } from '@berth/database/resolve-request.ts'
import { displayNames } from '@berth/database/users.ts'
import { paths } from '@berth/contract/paths.ts'
import { firstGrant, leaseWarnings } from '@berth/domain/lease.ts'
import { instantOf, secondsBetween } from '@berth/domain/instant.ts'
import { siteWait } from '@berth/domain/step-wait.ts'
import type { Policy } from '@berth/domain/policy.ts'
import { authorizeInTeam } from '../authorize.ts'
import type { Caller } from '../caller.ts'
import type { ApiDependencies } from '../dependencies.ts'
import type { Handlers } from '../http/endpoint-router.ts'
import { inPlainNames } from '../present/why-waiting.ts'
import { readVmRequestFor } from '../present/read-vm-request.ts'
import { Problem } from '../problems.ts'

/** Asking for a VM, and what would come of it. */
export const creationRoutes = (
  dependencies: ApiDependencies,
): Pick<Handlers, 'createVmRequest' | 'previewVmRequest'> => ({
  async createVmRequest({ caller, body, idempotencyKey }) {
    const teamId = teamOf(caller, body.teamId)
    authorizeInTeam(caller, teamId)
    const outcome = await createVmRequest(dependencies.database, {
      ...body,
      ...own(caller, teamId),
      origin: caller.via === 'session' ? 'portal' : 'api',
      ...(idempotencyKey !== undefined && {
        idempotency: { key: idempotencyKey, route: paths.createVmRequest.path, body },
      }),
    })
    const { requestId, replayed } = createdOrRefused(outcome)
    if (!replayed) void startSoon(dependencies, requestId)
    const request = await readVmRequestFor(dependencies, caller, requestId)
    return { status: replayed ? 200 : 201, body: request, headers: { Location: `/api/v1/vm-requests/${requestId}` } }
  },

  async previewVmRequest({ caller, body }) {
    const { database, provisioning } = dependencies
    const teamId = teamOf(caller, body.teamId)
    authorizeInTeam(caller, teamId)
    const wish: Wish = { purpose: '', sshPublicKeys: [], ...body, ...own(caller, teamId) }
    const [outcome, resolved] = await Promise.all([previewVmRequest(database, wish), resolveWish(database.pool, wish)])
    if (outcome.outcome === 'rejected') throw refused(outcome.refusals)
    if (Array.isArray(resolved)) throw refused(resolved)
    const { vmName, quota, approval, leaseEndsAfterSeconds } = outcome.preview
    const [names, site] = await Promise.all([
      displayNames(database, approval.approvers),
      provisioning.seeSite(resolved.item.siteId),
    ])
    const waitsFor = site && siteWait(resolved.item.siteId, await inPlainNames(database, site), instantOf(Date.now()))
    return {
      status: 200,
      body: {
        vmName,
        quota,
        approval: { ...approval, approverNames: approval.approvers.map((id) => names.get(id) ?? id) },
        ...(waitsFor !== undefined && { waitsFor: { asPlanned: false, ...waitsFor } }),
        leaseEndsAfterSeconds,
        warnings: warningTimes(leaseEndsAfterSeconds, resolved.policy),
      },
    }
  },
})

const own = ({ userId }: Caller, teamId: string) => ({ ownerId: userId, requesterId: userId, teamId })

function teamOf(caller: Caller, teamId: string | undefined): string {
  if (teamId !== undefined) return teamId
  const [only, ...others] = caller.teamIds
  if (only === undefined) throw Problem.forbidden('You are in no team that Berth knows.')
  if (others.length > 0)
    throw Problem.malformed([{ path: 'body.teamId', message: `is needed: you are in ${caller.teamIds.join(', ')}` }])
  return only
}

function createdOrRefused(outcome: CreateOutcome): { requestId: string; replayed: boolean } {
  switch (outcome.outcome) {
    case 'created':
      return outcome
    case 'rejected':
      throw refused(outcome.refusals)
    case 'quotaExceeded':
      throw Problem.quotaExceeded(outcome.lines)
    case 'nameTaken':
      throw Problem.nameTaken(outcome.name)
    case 'idempotencyKeyReused':
      throw Problem.idempotencyKeyReused()
  }
}

const refused = (refusals: Refusal[]): Problem =>
  Problem.malformed(refusals.map(({ field, message, code }) => ({ path: `body.${field}`, message, code })))

/** The request is stored with an order to start it; whatever goes wrong here, the outbox relay does again. */
async function startSoon({ database, provisioning, log }: ApiDependencies, requestId: string): Promise<void> {
  try {
    if (await provisioning.start(await provisioningRequestOf(database, requestId)))
      await markStarted(database, requestId)
    else log.warn({ vmRequestId: requestId }, 'Temporal does not answer: the outbox relay will start this request')
  } catch (error) {
    log.error({ err: error, vmRequestId: requestId }, 'a request was not started: the outbox relay will do it')
  }
}

function warningTimes(leaseSeconds: number, policy: Policy) {
  const handOver = instantOf(0)
  const grant = firstGrant(leaseSeconds, handOver)
  return leaseWarnings(grant, policy).map(({ at }) => ({
    beforeEndSeconds: secondsBetween(at, grant.endsAt),
    afterSeconds: secondsBetween(handOver, at),
  }))
}
