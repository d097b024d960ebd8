import { randomUUID } from 'node:crypto'
import { tryAgain, type TryAgainOutcome } from '@berth/database/try-again.ts'
import { authorizeOnRequest } from '../authorize.ts'
import type { ApiDependencies } from '../dependencies.ts'
import type { Handlers } from '../http/endpoint-router.ts'
import { findRequest, readVmRequestFor } from '../present/read-vm-request.ts'
import { Problem } from '../problems.ts'

/** A failed request is opened again in the record, and only then gets a further run: a refusal leaves nothing half done. */
export const tryAgainRoutes = (dependencies: ApiDependencies): Pick<Handlers, 'tryAgain'> => ({
  async tryAgain({ caller, params, body, idempotencyKey }) {
    const { database, provisioning } = dependencies
    const failed = await findRequest(database, params.id)
    authorizeOnRequest(caller, 'tryAgain', failed)
    const outcome = await tryAgain(database, {
      ...body,
      requestId: failed.id,
      by: caller.userId,
      messageId: `tryAgain:${caller.userId}:${idempotencyKey ?? randomUUID()}`,
    })
    const opened = openedOrRefused(outcome)
    const runs = opened === undefined || (await provisioning.startAgain(opened.request, opened.endedRunId))
    return { status: runs ? 200 : 202, body: await readVmRequestFor(dependencies, caller, failed.id) }
  },
})

/** undefined: a run has taken it up already. */
function openedOrRefused(outcome: TryAgainOutcome): Extract<TryAgainOutcome, { outcome: 'reopened' }> | undefined {
  switch (outcome.outcome) {
    case 'reopened':
      return outcome
    case 'takenUp':
      return undefined
    case 'notFailed':
      throw Problem.onlyWhenFailed(outcome.state)
    case 'quotaExceeded':
      throw Problem.quotaExceeded(outcome.lines)
    case 'nameTaken':
      throw Problem.nameTaken(outcome.name)
  }
}
