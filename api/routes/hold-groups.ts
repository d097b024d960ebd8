import { Readable } from 'node:stream'
import { heldFor, holdGroups, type HoldCause, type RetryableHold } from '@berth/database/hold-groups.ts'
import type { HoldGroupRetried } from '@berth/contract/hold-group.ts'
import { failureSentence } from '@berth/domain/failures.ts'
import * as messages from '@berth/workflows/messages.ts'
import { authorizeInstallation } from '../authorize.ts'
import type { ApiDependencies } from '../dependencies.ts'
import type { Handlers } from '../http/endpoint-router.ts'
import { pageOf } from '../present/page-of.ts'
import type { UpdateAnswer } from '../provisioning.ts'

type Result = HoldGroupRetried['results'][number]

/** A call answers in time with this many; the rest is a further call. */
const mostAtOnce = 500
/** Updates under way at the same time: quick for a site's worth of holds, little for Temporal. */
const sideBySide = 8

/** Answers that say that workers take messages. */
const byWorkers: readonly UpdateAnswer<never>['kind'][] = ['applied', 'refused', 'underWay']

/** What requests are held for, and one decision about all with the same cause. */
export const holdGroupRoutes = ({
  database,
  provisioning,
}: ApiDependencies): Pick<Handlers, 'listHoldGroups' | 'retryHoldGroup'> => ({
  async listHoldGroups({ caller, query }) {
    authorizeInstallation(caller, 'readOperations')
    return { status: 200, body: pageOf(await holdGroups(database, query.site), query) }
  },

  async retryHoldGroup({ caller, body: { reason, ...cause }, idempotencyKey }) {
    authorizeInstallation(caller, 'decideAboutHolds')
    const { holds, left } = await heldFor(database, cause, mostAtOnce)
    let taken = 0
    let isSilent = false
    const retry = async (hold: RetryableHold): Promise<Result[]> => {
      if (isSilent) return []
      const takenBefore = taken
      const id = messageId(cause, hold, caller.userId, idempotencyKey)
      const decision = { id, by: caller.userId, step: cause.step, attempt: hold.attempt, action: 'retry' as const }
      const answer = await provisioning.send(hold, messages.operatorDecision, {
        ...decision,
        ...(reason !== undefined && { reason }),
      })
      if (byWorkers.includes(answer.kind)) taken += 1
      // One workflow may be stuck by itself; while nobody takes any, the rest would only wait one after the other.
      const nobodyTakesAny = answer.kind === 'unconfirmed' && taken === takenBefore
      isSilent ||= answer.kind === 'unavailable' || nobodyTakesAny
      return [resultOf(hold, answer)]
    }
    const tried = await Readable.from(holds).map(retry, { concurrency: sideBySide }).toArray()
    const results = tried.flat()
    return { status: 200, body: { results, left: left + holds.length - results.length } }
  },
})

/** One for each hold: pressing twice, or two operators at once, retries each hold once. */
const messageId = ({ step }: HoldCause, { attempt }: RetryableHold, userId: string, key: string | undefined): string =>
  key === undefined ? `retryHold:${step}:${attempt}` : `retryHold:${userId}:${key}`

function resultOf({ id, vmName }: RetryableHold, answer: UpdateAnswer<messages.Applied>): Result {
  const which = { requestId: id, vmName }
  switch (answer.kind) {
    case 'applied':
      return { ...which, outcome: 'retried' }
    case 'underWay':
      return { ...which, outcome: 'underWay' }
    case 'unconfirmed':
      return {
        ...which,
        outcome: 'underWay',
        detail: 'no worker took it in time, it may yet be retried: if it stays held, press again',
      }
    case 'refused':
      return { ...which, outcome: 'refused', detail: failureSentence(answer.code, answer.message) }
    case 'noWorkflow':
      return { ...which, outcome: 'unavailable', detail: 'its workflow is missing and will be put back within minutes' }
    case 'unavailable':
      return { ...which, outcome: 'unavailable', detail: 'the workflow engine does not answer' }
  }
}
