import { randomUUID } from 'node:crypto'
import type { UpdateDefinition } from '@temporalio/common'
import { markStarted, provisioningRequestOf } from '@berth/database/outbox.ts'
import type { VmRequestView } from '@berth/database/vm-request-view.ts'
import { openApproval } from '@berth/domain/approval.ts'
import { isFinal, type VmRequestAction } from '@berth/domain/vm-request.ts'
import * as messages from '@berth/workflows/messages.ts'
import { authorizeOnRequest } from '../authorize.ts'
import type { Caller } from '../caller.ts'
import type { ApiDependencies } from '../dependencies.ts'
import type { Answer, Handlers } from '../http/endpoint-router.ts'
import { findRequest, readVmRequestFor } from '../present/read-vm-request.ts'
import { Problem, problemOfRefusal } from '../problems.ts'
import type { UpdateAnswer } from '../provisioning.ts'

/** What people do to a request: each is a message to its workflow, which decides, records and answers. */
export const actionRoutes = (dependencies: ApiDependencies): Pick<Handlers, VmRequestAction> => {
  const act = actionsOn(dependencies)
  return {
    async decideApproval({ caller, params, body, idempotencyKey }) {
      const request = await findRequest(dependencies.database, params.id)
      authorizeOnRequest(caller, 'decideApproval', request)
      const approvalId = approvalMeant(caller, request, body.approvalId)
      return act(caller, request, 'decideApproval', messages.decideApproval, { ...body, approvalId }, idempotencyKey)
    },

    async extendLease({ caller, params, body, idempotencyKey }) {
      const request = await findRequest(dependencies.database, params.id)
      authorizeOnRequest(caller, 'extendLease', request)
      return act(caller, request, 'extendLease', messages.extendLease, body, idempotencyKey)
    },

    async releaseVm({ caller, params, body, idempotencyKey }) {
      const request = await findRequest(dependencies.database, params.id)
      authorizeOnRequest(caller, 'releaseVm', request)
      return act(caller, request, 'releaseVm', messages.releaseVm, body, idempotencyKey)
    },

    async restoreVm({ caller, params, body, idempotencyKey }) {
      const request = await findRequest(dependencies.database, params.id)
      authorizeOnRequest(caller, 'restoreVm', request)
      return act(caller, request, 'restoreVm', messages.restoreVm, body, idempotencyKey)
    },

    async cancelRequest({ caller, params, body, idempotencyKey }) {
      const request = await findRequest(dependencies.database, params.id)
      authorizeOnRequest(caller, 'cancelRequest', request)
      return act(caller, request, 'cancelRequest', messages.cancelRequest, body, idempotencyKey)
    },

    async operatorDecision({ caller, params, body, idempotencyKey }) {
      const request = await findRequest(dependencies.database, params.id)
      authorizeOnRequest(caller, 'operatorDecision', request)
      return act(caller, request, 'operatorDecision', messages.operatorDecision, body, idempotencyKey)
    },
  }
}

type Body<Message> = Omit<Message, 'id' | 'by'>

function actionsOn(dependencies: ApiDependencies) {
  return async function act<Result extends messages.Applied, Message extends { id: string; by: string }>(
    caller: Caller,
    request: VmRequestView,
    action: VmRequestAction,
    update: UpdateDefinition<Result, [Message]>,
    body: Body<Message>,
    idempotencyKey: string | undefined,
  ): Promise<Answer> {
    const id = messageId(caller, action, idempotencyKey)
    const message = { ...body, id, by: caller.userId } as Message
    const answer = await sendOrStart(dependencies, request, update, message)
    if (answer.kind !== 'applied' && answer.kind !== 'underWay')
      throw await refusalOf(dependencies, request, action, answer)
    // The workflow answers after it has recorded, so this shows the transition.
    const now = await readVmRequestFor(dependencies, caller, request.id)
    const status = answer.kind === 'applied' ? 200 : 202
    return { status, body: action === 'extendLease' ? extension(answer, now) : now }
  }
}

/** Repeating a call with its key is one message. Keys are private to a person and an action. */
const messageId = ({ userId }: Caller, action: VmRequestAction, key: string | undefined): string =>
  key === undefined ? randomUUID() : `${action}:${userId}:${key}`

/** An accepted request whose start was lost is started here: a message shall not depend on the relay's next round. */
async function sendOrStart<Result, Message extends { id: string }>(
  { database, provisioning }: ApiDependencies,
  request: VmRequestView,
  update: UpdateDefinition<Result, [Message]>,
  message: Message,
): Promise<UpdateAnswer<Result>> {
  const answer = await provisioning.send(request, update, message)
  if (answer.kind !== 'noWorkflow' || request.state !== 'validating') return answer
  if (!(await provisioning.start(await provisioningRequestOf(database, request.id)))) return { kind: 'unavailable' }
  await markStarted(database, request.id)
  return provisioning.send(request, update, message)
}

async function refusalOf(
  { database }: ApiDependencies,
  before: VmRequestView,
  action: VmRequestAction,
  answer: Exclude<UpdateAnswer<never>, { kind: 'applied' | 'underWay' }>,
): Promise<Problem> {
  const request = (await findRequest(database, before.id)) ?? before
  if (answer.kind === 'refused') return problemOfRefusal(answer.code, answer.message, action, request)
  if (answer.kind === 'unavailable') return Problem.temporalUnavailable()
  if (answer.kind === 'unconfirmed')
    return Problem.temporalUnavailable(
      'Nobody took the message in time, and it may still come to effect: look at the request, or send it again with the same Idempotency-Key.',
    )
  if (isFinal(request.state)) return Problem.actionNotAllowed(action, request.state)
  return Problem.temporalUnavailable('The request’s workflow is missing; it will be put back within minutes.')
}

const extension = (answer: UpdateAnswer<messages.Applied>, request: unknown) => {
  if (answer.kind !== 'applied') return { request }
  const { leaseEndsAt, cappedBy } = answer.result as messages.LeaseExtended
  return { leaseEndsAt, cappedBy, request }
}

/** Which of the open approvals is decided: the one named, or the only one. */
function approvalMeant(caller: Caller, { approvals, state }: VmRequestView, approvalId: string | undefined): string {
  const open = approvals.filter(({ openedAt, decision }) => openedAt !== undefined && decision === undefined)
  const meant = openApproval(approvals, approvalId)
  if (meant === undefined && approvalId === undefined && open.length > 1)
    throw Problem.approvalIdNeeded(open.map(({ id }) => id))
  // A repeated call finds its decision made: the workflow knows whether it was this one.
  const known = meant ?? (approvalId === undefined ? approvals.at(-1) : approvals.find(({ id }) => id === approvalId))
  if (known === undefined) {
    if (approvalId !== undefined) throw Problem.staleDecision('There is no such approval of this request.')
    throw Problem.actionNotAllowed('decideApproval', state)
  }
  if (!known.approvers.includes(caller.userId))
    throw Problem.forbidden('You are not among the approvers of this decision.')
  return known.id
}
