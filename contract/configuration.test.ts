import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { Configuration } from '@berth/domain/configuration.ts'
import { parseConfiguration } from './configuration.ts'

const demo = readFileSync(path.join(import.meta.dirname, '..', 'berth.yaml'), 'utf8')

const configurationOf = (text: string): Configuration => {
  const parsed = parseConfiguration(text)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.configuration
}

const problemsOf = (text: string) => {
  const parsed = parseConfiguration(text)
  return parsed.ok ? [] : parsed.problems
}

/** The demo's file with one text in place of another, and the line where that is. */
function changed(before: string, after: string): { text: string; line: number } {
  const at = demo.indexOf(before)
  if (at === -1) throw new Error(`${before} is not in berth.yaml`)
  return { text: demo.replace(before, after), line: demo.slice(0, at).split('\n').length }
}

describe('the demo’s berth.yaml', () => {
  test('is valid and says what the demo needs', () => {
    const { catalogItems, teams, policies, sites, quotas } = configurationOf(demo)
    expect(catalogItems.map(({ id, sshPort, siteId }) => ({ id, sshPort, siteId }))).toEqual([
      { id: 'ubuntu-24-04', sshPort: 2222, siteId: 'demo' },
      { id: 'debian-13', sshPort: 2222, siteId: 'demo' },
    ])
    for (const item of catalogItems) {
      expect(item.sizes.map(({ id }) => id)).toEqual(['small', 'medium', 'large'])
      expect(item.approval.notNeededFor).toEqual({ sizeIds: ['small'], maxLeaseSeconds: 3_600 })
      expect(item.datastores).toHaveLength(2)
      expect(item.networks).toHaveLength(2)
    }
    expect(teams).toMatchObject([{ id: 'platform', approvers: [{ userId: 'approver' }] }])
    expect(policies).toEqual({ minLeaseSeconds: 60, capGraceAndUndoAtFirstLease: true, addressSettleSeconds: 1 })
    expect(sites).toMatchObject([{ id: 'demo', addressAllow: ['127.0.0.0/8'], addressIgnore: [] }])
    expect(quotas.map(({ teamId }) => teamId)).toEqual(['platform'])
  })

  test('what may be left out has its default', () => {
    const { text } = changed('    addressAllow: [127.0.0.0/8]\n', '')
    const short = text
      .replaceAll('    sshPort: 2222\n', '')
      .replace(/^roleClaims:[^]*?\n\n/m, '')
      .replace(/^# What differs[^]*/m, '')
    const { sites, catalogItems, roleClaims, policies, quotas } = configurationOf(short)
    expect(sites[0]).toMatchObject({ addressAllow: [], addressIgnore: [] })
    expect(catalogItems.map(({ sshPort }) => sshPort)).toEqual([22, 22])
    expect({ roleClaims, policies, quotas }).toEqual({ roleClaims: {}, policies: {}, quotas: [] })
  })
})

describe('a berth.yaml that is wrong', () => {
  test.each([
    { before: 'installationId: demo', after: 'installationId: Demo!', path: 'installationId', says: 'small letters' },
    { before: 'notify: platform@example.test', after: 'notify: platform', path: 'teams.0.notify', says: 'e-mail' },
    { before: 'notify: platform@', after: 'notfy: platform@', path: 'teams.0.notfy', says: 'not a known key' },
    { before: 'approver: [approver]', after: 'boss: [approver]', path: 'roleClaims.boss', says: 'not a known key' },
    { before: '[127.0.0.0/8]', after: '[127.0.0.0/33]', path: 'sites.0.addressAllow.0', says: 'address block' },
    { before: 'https://127.0.0.1:7090/sdk', after: 'https://127.0.0.1:7090', path: 'sites.0.vcenter', says: '/sdk' },
    { before: 'https://127', after: 'https://root:secret@127', path: 'sites.0.vcenter', says: 'without a password' },
    {
      before: 'siteId: demo',
      after: 'siteId: berlin',
      path: 'catalogItems.0.siteId',
      says: 'not among the sites (demo)',
    },
    {
      before: 'teamId: platform',
      after: 'teamId: sales',
      path: 'quotas.0.teamId',
      says: 'not among the teams (platform)',
    },
    { before: 'id: debian-13', after: 'id: ubuntu-24-04', path: 'catalogItems.1.id', says: 'there twice' },
    { before: 'id: medium', after: 'id: small', path: 'catalogItems.0.sizes.1.id', says: 'there twice' },
    {
      before: 'sizeIds: [small]',
      after: 'sizeIds: [tiny]',
      path: 'catalogItems.0.approval.notNeededFor.sizeIds.0',
      says: 'not a size',
    },
    {
      before: 'memoryMiB: 1024',
      after: 'memoryMiB: 1023',
      path: 'catalogItems.0.sizes.0.memoryMiB',
      says: 'multiple of 4',
    },
    {
      before: 'minLeaseSeconds: 60',
      after: 'minLeaseSeconds: 0',
      path: 'policies.minLeaseSeconds',
      says: 'more than 0',
    },
    {
      before: 'minLeaseSeconds: 60',
      after: 'minLeaseSeconds: 9999999',
      path: 'policies.minLeaseSeconds',
      says: 'must not exceed maxGrantSeconds',
    },
    {
      before: 'addressSettleSeconds: 1',
      after: 'addressSettleSeconds: 1s',
      path: 'policies.addressSettleSeconds',
      says: 'must be a number',
    },
    {
      before: 'os: ubuntu',
      after: 'os: ubuntu\n    leasePolicy: { minLeaseSeconds: 9999999 }',
      path: 'catalogItems.0.leasePolicy.minLeaseSeconds',
      says: 'must not exceed',
      below: 1,
    },
    {
      before: "'{team}-{owner}-{item}-{seq:4}'",
      after: "'{team}'",
      path: 'catalogItems.0.namePattern',
      says: 'exactly once',
    },
    {
      before: '/DC0/vm/templates/ubuntu-24-04',
      after: 'ubuntu',
      path: 'catalogItems.0.templatePath',
      says: 'inventory path',
    },
    { before: '[LocalDS_0, LocalDS_1]', after: '[]', path: 'catalogItems.0.datastores', says: 'must not be empty' },
    { before: 'os: ubuntu', after: 'os: "\\ud800"', path: 'catalogItems.0.os', says: 'half a character' },
    { before: '    version: 1\n', after: '', path: 'catalogItems.0.version', says: 'is missing', below: -1 },
  ])('$path: $says', ({ before, after, path: where, says, below = 0 }) => {
    const { text, line } = changed(before, after)
    const found = problemsOf(text).find((problem) => problem.path === where)
    expect(found?.message).toContain(says)
    expect(found?.line).toBe(line + below)
  })

  test('a team without approvers is refused while any request can need one', () => {
    const none = demo.replace(/approvers:\n.*\n/, 'approvers: []\n')
    expect(problemsOf(none)).toEqual([
      {
        line: 17,
        path: 'teams.0.approvers',
        message: 'needs at least one approver, since requests of ubuntu-24-04 can need an approval',
      },
    ])
    const never = none.replace(
      'sizeIds: [small], maxLeaseSeconds: 3600',
      'sizeIds: [small, medium, large], maxLeaseSeconds: 2592000',
    )
    expect(problemsOf(never)).toEqual([])
  })

  test('has all its problems listed, in the order of the lines', () => {
    const text = demo
      .replace('installationId: demo', 'installationID: demo')
      .replace('siteId: demo', 'siteId: berlin')
      .replace('minLeaseSeconds: 60', 'minLeaseSeconds: -1')
    const found = problemsOf(text)
    expect(found.map((problem) => problem.path).toSorted()).toEqual([
      'catalogItems.0.siteId',
      'installationID',
      'installationId',
      'policies.minLeaseSeconds',
    ])
    expect(found.map(({ line }) => line)).toEqual(found.map(({ line }) => line).toSorted((a, b) => a - b))
  })

  test.each([
    { name: 'empty', text: '', line: 1 },
    { name: 'a list', text: '- a', line: 1 },
    { name: 'not YAML', text: 'teams:\n  - id: [a', line: 2 },
    { name: 'with an alias of nothing', text: 'teams: *those', line: 1 },
    { name: 'with a key twice', text: 'installationId: a\ninstallationId: b', line: 2 },
  ])('$name is refused with a line', ({ text, line }) => {
    const [first] = problemsOf(text)
    expect(first?.line).toBe(line)
    expect(first?.message).not.toBe('')
  })

  test('never throws, whatever stands where a list or a map should be', () => {
    for (const key of ['teams', 'sites', 'catalogItems', 'policies', 'quotas'])
      for (const value of ['7', '[7]', '[null]', '{ a: 1 }', '[[]]', '[{ approvers: 7, sizes: 7, approval: 7 }]', '~'])
        expect(problemsOf(`${key}: ${value}`).length).toBeGreaterThan(0)
  })
})
