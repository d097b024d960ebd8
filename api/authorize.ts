import type { Caller } from './caller.ts'
import { isOwnRequest, mayDo, type ActionOf, type RequestSubject } from './policies.ts'
import { Problem } from './problems.ts'

/** Refuses what the table of policies does not allow. Who may not even see a request is told that there is none. */
export function authorizeOnRequest<Request extends RequestSubject>(
  caller: Caller,
  action: ActionOf<'vmRequest'>,
  request: Request | undefined,
): asserts request is Request {
  if (request === undefined) throw Problem.notFound('VM request')
  if (!mayDo(caller, 'read', 'vmRequest', request)) throw Problem.hidden('VM request')
  if (action === 'decideApproval' && isOwnRequest(caller, request)) throw Problem.ownRequest()
  if (!mayDo(caller, action, 'vmRequest', request)) throw Problem.forbidden(sentences[action])
}

export function authorizeInstallation(caller: Caller, action: ActionOf<'installation'>): void {
  if (!mayDo(caller, action, 'installation', undefined)) throw Problem.forbidden('Your roles do not include this.')
}

export function authorizeInTeam(caller: Caller, teamId: string): void {
  if (!mayDo(caller, 'requestVm', 'team', { teamId }))
    throw Problem.forbidden(`Only developers who are members of team ${teamId} request VMs for it.`)
}

const sentences: Record<ActionOf<'vmRequest'>, string> = {
  read: 'You may not see this request.',
  decideApproval: 'Only the approvers of this request may decide.',
  extendLease: 'Only its owner, operators and admins may extend the lease.',
  releaseVm: 'Only its owner, operators and admins may release the VM.',
  restoreVm: 'Only its owner may restore the VM.',
  cancelRequest: 'Only its owner, operators and admins may cancel the request.',
  operatorDecision: 'Only operators and admins decide about held requests.',
  tryAgain: 'Only operators and admins have a failed request tried again.',
}
