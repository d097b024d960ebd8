import { describe, expect, test } from '@jest/globals'
import type { CatalogItem } from '@berth/contract/catalog-item.ts'
import type { Me } from '@berth/contract/me.ts'
import { draftIssues, firstDraft, previewBody, requestBody } from './draft.ts'

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGKQx2yNq9f1u5w7p2T1r1mX0b0cQ2gq0cWl9o5Qf1Xe alex@laptop'
const item: CatalogItem = {
  id: 'ubuntu-24-04',
  version: 1,
  name: 'Ubuntu 24.04',
  os: 'Ubuntu',
  siteId: 'frankfurt',
  sizes: [{ id: 'small', vCpu: 2, memoryMiB: 4_096, diskGiB: 40 }],
  sshUser: 'ubuntu',
  sshPort: 22,
  lease: { defaultSeconds: 1_209_600, minLeaseSeconds: 3_600, maxGrantSeconds: 2_592_000, maxTotalSeconds: 7_776_000 },
  approval: {},
}
const person: Me = {
  userId: 'alex',
  displayName: 'Alex',
  roles: ['developer'],
  teams: [{ id: 'platform', name: 'Platform' }],
  sshPublicKeys: [key],
}
const draft = { ...firstDraft(item, person), purpose: 'Test it' }

describe('a draft', () => {
  test('begins with the smallest size, the usual lease, the last key and the first team', () => {
    expect(firstDraft(item, person)).toEqual({
      sizeId: 'small',
      leaseSeconds: 1_209_600,
      purpose: '',
      sshPublicKey: key,
      name: undefined,
      teamId: 'platform',
    })
  })

  test('that is filled in has no issues', () => {
    expect(draftIssues(draft, item)).toEqual({})
  })

  test('names everything that is wrong at once', () => {
    const wrong = { ...draft, purpose: ' ', name: '-x', sshPublicKey: 'ssh-ed25519 AAAA', leaseSeconds: 60 }
    expect(Object.keys(draftIssues(wrong, item))).toEqual(['leaseSeconds', 'purpose', 'sshPublicKeys', 'name'])
  })

  test('tells the bounds of the lease in words', () => {
    expect(draftIssues({ ...draft, leaseSeconds: undefined }, item).leaseSeconds).toBe('Choose from 1 hour to 30 days.')
  })

  test('without a name leaves naming to the pattern', () => {
    expect(requestBody(item, draft)).not.toHaveProperty('name')
    expect(requestBody(item, { ...draft, name: '' })).not.toHaveProperty('name')
    expect(requestBody(item, { ...draft, name: 'mine' }).name).toBe('mine')
  })

  test('can be previewed before purpose and key are given, but not with an impossible lease', () => {
    expect(previewBody(item, { ...draft, purpose: '', sshPublicKey: '' })).toBeDefined()
    expect(previewBody(item, { ...draft, leaseSeconds: 1 })).toBeUndefined()
  })
})
