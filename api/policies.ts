import type { Role } from '@berth/domain/role.ts'
import type { Caller } from './caller.ts'

/** Who may do what: one declaration per (role, action, subject). What is not declared is forbidden. */

/** What a decision about a VM request looks at. */
export interface RequestSubject {
  ownerId: string
  requesterId: string
  teamId: string
  approvals: readonly { approvers: readonly string[] }[]
}

export interface TeamSubject {
  teamId: string
}

export interface OwnedSubject {
  userId: string
}

interface Subjects {
  vmRequest: RequestSubject
  team: TeamSubject
  token: OwnedSubject
  /** Things that belong to the installation: the catalog, sites, policies. */
  installation: undefined
}

export type SubjectKind = keyof Subjects

interface Actions {
  vmRequest:
    | 'read'
    | 'decideApproval'
    | 'extendLease'
    | 'releaseVm'
    | 'restoreVm'
    | 'cancelRequest'
    | 'operatorDecision'
    | 'tryAgain'
  team: 'requestVm' | 'readQuota'
  token: 'read' | 'revoke'
  installation:
    | 'readCatalog'
    | 'readSites'
    | 'readPolicies'
    | 'readAllRequests'
    | 'readAllAudit'
    | 'readAllQuotas'
    | 'createToken'
    | 'openTemporalUi'
    | 'readOperations'
    | 'decideAboutHolds'
    | 'maintainSites'
}

export type ActionOf<Kind extends SubjectKind> = Actions[Kind]

type Condition<Kind extends SubjectKind> = (caller: Caller, subject: Subjects[Kind]) => boolean

export interface Declaration<Kind extends SubjectKind> {
  role: Role | 'anybody'
  action: Actions[Kind]
  subject: Kind
  when: string
  holds: Condition<Kind>
}

export type AnyDeclaration = { [Kind in SubjectKind]: Declaration<Kind> }[SubjectKind]

const always = () => true
const isIn = (caller: Caller, teamId: string) => caller.teamIds.includes(teamId)
const owns: Condition<'vmRequest'> = (caller, request) =>
  caller.userId === request.ownerId || caller.userId === request.requesterId
const inItsTeam: Condition<'vmRequest'> = (caller, request) => isIn(caller, request.teamId)
const isItsApprover: Condition<'vmRequest'> = (caller, request) =>
  request.approvals.some(({ approvers }) => approvers.includes(caller.userId))
const isMember: Condition<'team'> = (caller, team) => isIn(caller, team.teamId)
const isHolder: Condition<'token'> = (caller, token) => caller.userId === token.userId

const may = <Kind extends SubjectKind>(
  role: Role | 'anybody',
  action: Actions[Kind],
  subject: Kind,
  when = 'always',
  holds: Condition<Kind> = always,
): Declaration<Kind> => ({ role, action, subject, when, holds })

const readers: readonly Role[] = ['operator', 'admin', 'auditor']
const interveners: readonly Role[] = ['operator', 'admin']

/** Nobody decides about an own request: that is not a matter of roles, so `ownRequest` is asked before this table. */
export const declarations: readonly AnyDeclaration[] = [
  may('developer', 'requestVm', 'team', 'in an own team', isMember),
  may('developer', 'readQuota', 'team', 'of an own team', isMember),
  may('anybody', 'read', 'vmRequest', 'own', owns),
  may('developer', 'read', 'vmRequest', 'of an own team', inItsTeam),
  may('developer', 'extendLease', 'vmRequest', 'own', owns),
  may('developer', 'releaseVm', 'vmRequest', 'own', owns),
  may('developer', 'restoreVm', 'vmRequest', 'own', owns),
  may('developer', 'cancelRequest', 'vmRequest', 'own', owns),

  // Who is named in an approval decides; the name is what counts, in whatever role.
  may('anybody', 'read', 'vmRequest', 'named in its approval', isItsApprover),
  may('anybody', 'decideApproval', 'vmRequest', 'named in its approval', isItsApprover),

  ...readers.flatMap((role) => [
    may(role, 'read', 'vmRequest'),
    may(role, 'readQuota', 'team'),
    may(role, 'readAllRequests', 'installation'),
    may(role, 'readAllAudit', 'installation'),
    may(role, 'readAllQuotas', 'installation'),
    may(role, 'openTemporalUi', 'installation'),
    may(role, 'readOperations', 'installation'),
  ]),
  ...interveners.flatMap((role) => [
    may(role, 'operatorDecision', 'vmRequest'),
    may(role, 'tryAgain', 'vmRequest'),
    may(role, 'decideAboutHolds', 'installation'),
    may(role, 'maintainSites', 'installation'),
    may(role, 'cancelRequest', 'vmRequest'),
    may(role, 'releaseVm', 'vmRequest'),
    may(role, 'extendLease', 'vmRequest'),
  ]),

  ...(['developer', 'approver', ...readers] as const).flatMap((role) => [
    may(role, 'readCatalog', 'installation'),
    may(role, 'readSites', 'installation'),
    may(role, 'readPolicies', 'installation'),
    may(role, 'createToken', 'installation'),
    may(role, 'read', 'token', 'own', isHolder),
    may(role, 'revoke', 'token', 'own', isHolder),
  ]),
]

export function mayDo<Kind extends SubjectKind>(
  caller: Caller,
  action: Actions[Kind],
  kind: Kind,
  subject: Subjects[Kind],
): boolean {
  return (declarations as unknown as readonly Declaration<Kind>[]).some(
    (declared) =>
      declared.subject === kind &&
      declared.action === action &&
      (declared.role === 'anybody' || caller.roles.includes(declared.role)) &&
      declared.holds(caller, subject),
  )
}

/** Four eyes: whoever asked, and whoever the VM is for, never decides, whatever their roles. */
export const isOwnRequest = (caller: Caller, request: RequestSubject): boolean =>
  caller.userId === request.ownerId || caller.userId === request.requesterId
