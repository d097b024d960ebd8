import { describe, expect, test } from '@jest/globals'
import { roles, type Role } from '@berth/domain/role.ts'
import type { Caller } from './caller.ts'
import { isOwnRequest, mayDo, type ActionOf, type RequestSubject } from './policies.ts'

const request: RequestSubject = {
  ownerId: 'owner',
  requesterId: 'owner',
  teamId: 'team',
  approvals: [{ approvers: ['named'] }],
}

const somebody = (userId: string, role: Role, teamIds: string[] = []): Caller => ({
  userId,
  displayName: userId,
  roles: [role],
  teamIds,
  via: 'session',
})

const people = {
  owner: somebody('owner', 'developer', ['team']),
  teammate: somebody('teammate', 'developer', ['team']),
  stranger: somebody('stranger', 'developer', ['other']),
  named: somebody('named', 'approver'),
  approver: somebody('other-approver', 'approver', ['team']),
  operator: somebody('operator', 'operator'),
  admin: somebody('admin', 'admin'),
  auditor: somebody('auditor', 'auditor'),
}
type Person = keyof typeof people

const onRequests: Record<ActionOf<'vmRequest'>, Person[]> = {
  read: ['owner', 'teammate', 'named', 'operator', 'admin', 'auditor'],
  decideApproval: ['named'],
  extendLease: ['owner', 'operator', 'admin'],
  releaseVm: ['owner', 'operator', 'admin'],
  restoreVm: ['owner'],
  cancelRequest: ['owner', 'operator', 'admin'],
  operatorDecision: ['operator', 'admin'],
  tryAgain: ['operator', 'admin'],
}

describe('a VM request', () => {
  for (const [action, allowed] of Object.entries(onRequests) as [ActionOf<'vmRequest'>, Person[]][])
    test(`allows ${action} to ${allowed.join(', ')} and to nobody else`, () => {
      const able = (Object.keys(people) as Person[]).filter((name) => mayDo(people[name], action, 'vmRequest', request))
      expect(able).toEqual(allowed)
    })
})

test('whoever asked, or gets the VM, is recognised whatever the roles', () => {
  const admin = { ...people.owner, roles: roles }
  expect(isOwnRequest(admin, request)).toBe(true)
  expect(isOwnRequest({ ...people.admin, userId: 'requester' }, { ...request, requesterId: 'requester' })).toBe(true)
  expect(isOwnRequest(people.named, request)).toBe(false)
})

test('a VM is requested by developers for their own teams only', () => {
  const able = (Object.keys(people) as Person[]).filter((name) =>
    mayDo(people[name], 'requestVm', 'team', { teamId: 'team' }),
  )
  expect(able).toEqual(['owner', 'teammate'])
})

test('a person without a role sees own requests and does nothing', () => {
  const roleless = { ...people.owner, roles: [] }
  expect(mayDo(roleless, 'read', 'vmRequest', request)).toBe(true)
  expect(mayDo(roleless, 'releaseVm', 'vmRequest', request)).toBe(false)
  expect(mayDo({ ...people.teammate, roles: [] }, 'read', 'vmRequest', request)).toBe(false)
  expect(mayDo(roleless, 'readCatalog', 'installation', undefined)).toBe(false)
})

test('a token belongs to its holder alone, also before admins', () => {
  expect(mayDo(people.owner, 'revoke', 'token', { userId: 'owner' })).toBe(true)
  expect(mayDo(people.admin, 'revoke', 'token', { userId: 'owner' })).toBe(false)
})
