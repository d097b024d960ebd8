import { describe, expect, test } from '@jest/globals'
import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import type { OpenRequest } from '@berth/domain/open-request.ts'
import type { ListedVms, OwnedVm } from '../vcenter/vcenter-port.ts'
import { classifySite } from './classify-site.ts'

const installationId = 'ours'
const request = (requestId: string, changes: Partial<OpenRequest> = {}): OpenRequest => ({
  requestId,
  vmName: `vm-${requestId}`,
  state: 'active',
  expectsVm: true,
  expectsPower: 'on',
  changedAt: '2026-11-22T12:00:00.000Z',
  isUnderWay: false,
  folderMoid: 'folder',
  address: `10.0.0.${requestId.charCodeAt(0)}`,
  ...changes,
})
const vm = (requestId: string, changes: Partial<OwnedVm> = {}): OwnedVm => ({
  moid: `moid-${requestId}`,
  name: `vm-${requestId}`,
  instanceUuid: requestId,
  markerInstallationId: installationId,
  markerRequestId: requestId,
  poweredOn: true,
  inFolder: true,
  folderMoid: 'folder',
  addresses: [`10.0.0.${requestId.charCodeAt(0)}`],
  ...changes,
})
const untagged = { markerInstallationId: undefined, markerRequestId: '' } as unknown as Partial<OwnedVm>
const running = (...ids: string[]) => new Map(ids.map((id) => [vmRequestWorkflowId('ams', id), 'run']))
const classify = (vms: OwnedVm[], open: OpenRequest[], unseen: Partial<ListedVms> = {}) =>
  classifySite(
    { siteId: 'ams', installationId, listed: { vms, missingFolders: [], unreadable: [], ...unseen } },
    open,
    running(...open.map(({ requestId }) => requestId)),
  )
const findings = (vms: OwnedVm[], open: OpenRequest[] = [request('a')]) => classify(vms, open).findings
const kinds = (vms: OwnedVm[], open?: OpenRequest[]) =>
  findings(vms, open).map(({ kind, subject }) => `${kind} ${subject}`)

test('a site where all is as it should be has no findings', () => {
  expect(classify([vm('a')], [request('a')])).toEqual({ findings: [], unsure: [], withoutWorkflow: [] })
})

describe('one VM and its request', () => {
  test.each<[string, OwnedVm[], Partial<OpenRequest>]>([
    ['vanished a', [], {}],
    ['renamed a', [vm('a', { name: 'other' })], {}],
    ['moved a', [vm('a', { inFolder: false })], {}],
    ['moved a', [vm('a', { folderMoid: 'another' })], {}],
    ['powerDrift a', [vm('a', { poweredOn: false })], {}],
    ['onAfterLease a', [vm('a')], { expectsPower: 'off' }],
    ['addressChanged a', [vm('a', { addresses: ['10.0.0.2'] })], {}],
    ['reTagged a', [vm('a', untagged)], {}],
    ['reTagged a', [vm('a', { markerInstallationId: 'another' })], {}],
    ['reTagged a', [vm('a', { markerRequestId: 'b' })], {}],
    ['reIdentified a', [vm('a', { instanceUuid: 'x' })], {}],
    ['reIdentified a', [vm('a', { instanceUuid: 'x', name: 'another', moid: 'vm-9' })], { vmMoid: 'vm-9' }],
    ['twin a', [vm('a'), vm('a', { moid: 'moid-2', name: 'vm-2', addresses: [] })], {}],
  ])('%s', (finding, vms, changes) => {
    expect(kinds(vms, [request('a', changes)])).toEqual([finding])
  })

  test('a request that needs no VM yet is not missed', () => {
    expect(kinds([], [request('a', { expectsVm: false })])).toEqual([])
  })

  test('a lost marker is said as it should be again', () => {
    expect(findings([vm('a', untagged)])[0]?.detail).toContain('berth.installationId = ours, berth.requestId = a')
  })
})

describe('addresses', () => {
  test('of a VM that has several are no change while the known one is among them', () => {
    expect(kinds([vm('a', { addresses: ['10.9.9.9', '10.0.0.97', 'fd00::1'] })])).toEqual([])
  })

  test('change to one of the same family, if there is one', () => {
    const [found] = findings([vm('a', { addresses: ['fd00::1', '10.0.0.2'] })])
    expect(found).toMatchObject({ kind: 'addressChanged', address: '10.0.0.2' })
  })

  test('are found for a VM that was handed over without', () => {
    const { address: _, ...without } = request('a')
    expect(findings([vm('a')], [without])[0]).toMatchObject({ kind: 'addressChanged', address: '10.0.0.97' })
  })

  test.each([
    ['a guest that reports none is starting, or has no tools', vm('a', { addresses: [] })],
    ['a VM that is off reports what it had', vm('a', { poweredOn: false, addresses: ['10.0.0.2'] })],
  ])('%s', (_why, seen) => {
    expect(kinds([seen])).not.toContain('addressChanged a')
  })

  test('that two VMs report are a finding of each request, and none of the stranger', () => {
    const shared = { addresses: ['10.0.0.97'] }
    const open = [request('a'), request('b', { address: '10.0.0.97' })]
    expect(kinds([vm('a'), vm('b', shared), vm('c', { ...untagged, ...shared })], open)).toEqual([
      'duplicateAddress a',
      'duplicateAddress b',
    ])
    expect(kinds([vm('a'), vm('b', { ...shared, poweredOn: false })], open)).toEqual(['powerDrift b'])
  })
})

describe('VMs that no request explains', () => {
  test('a marker on another uuid is a copy, and ours without an open request is an orphan', () => {
    expect(kinds([vm('a'), vm('b', { markerRequestId: 'a', addresses: [] }), vm('c')])).toEqual(['copy b', 'orphan c'])
  })

  test('a copy under another name does not hide that the original is gone', () => {
    expect(kinds([vm('b', { markerRequestId: 'a' })])).toEqual(['vanished a', 'copy b'])
  })

  test('a copy beside a VM whose uuid changed is still a copy', () => {
    expect(kinds([vm('a', { instanceUuid: 'x', addresses: [] }), vm('b', { markerRequestId: 'a' })])).toEqual([
      'reIdentified a',
      'copy b',
    ])
  })

  test('a VM of another installation is none of ours', () => {
    expect(kinds([vm('a'), vm('b', { markerInstallationId: 'another' })])).toEqual([])
  })
})

describe('what could not be looked at is said', () => {
  const seen = (unseen: Partial<ListedVms>, recorded: Partial<OpenRequest> = { vmMoid: 'moid-b' }) =>
    classify([vm('a')], [request('a'), request('b', recorded)], unseen)
  const said = (unseen: Partial<ListedVms>) =>
    seen(unseen).findings.map(({ kind, subject, detail }) => [`${kind} ${subject}`, detail])

  test('a managed folder that is not there, and VMs that may have been in it', () => {
    expect(said({ missingFolders: ['/DC0/vm/web'] })).toEqual([
      ['notCompared /DC0/vm/web', expect.stringContaining('/DC0/vm/web is not there')],
      ['vanished b', 'vCenter no longer has vm-b'],
    ])
  })

  test('VMs that the agent may not read, and a VM that is gone beside them', () => {
    const hidden = { name: 'x', moid: 'vm-7', lacking: 'System.Read' }
    expect(said({ unreadable: [hidden, { ...hidden, moid: 'vm-8' }] })).toEqual([
      ['notCompared ams/unreadable', 'x (vm-7) and 1 more: the agent lacks System.Read (noPermission)'],
      ['vanished b', 'vCenter no longer has vm-b'],
    ])
  })

  test('a VM whose datastore is away', () => {
    expect(said({ unreadable: [{ name: 'x', moid: 'moid-b', state: 'inaccessible' }] })).toEqual([
      ['notCompared ams/unreadable', expect.stringContaining('x (moid-b): vCenter calls it inaccessible')],
    ])
  })

  test.each<[string, string[], Partial<ListedVms['unreadable'][number]>, Partial<OpenRequest>]>([
    ['by its moid', ['b'], { moid: 'moid-b' }, { vmMoid: 'moid-b' }],
    ['by its name', ['b'], { name: 'vm-b' }, { vmMoid: 'moid-b' }],
    ['as no moid is recorded', ['b'], {}, {}],
    ['by nothing', [], {}, { vmMoid: 'moid-b' }],
  ])(
    'a VM that cannot be read may be a request’s %s: %j does not count as vanished',
    (_by, unsure, hidden, recorded) => {
      const found = seen({ unreadable: [{ name: 'x', moid: 'vm-7', state: 'orphaned', ...hidden }] }, recorded)
      expect(found.unsure).toEqual(unsure)
      expect(found.findings.some(({ kind }) => kind === 'vanished')).toBe(unsure.length === 0)
    },
  )
})

test('nothing is said of VMs at a site that did not answer, but workflows are looked after', () => {
  const open = [request('a'), request('b')]
  expect(classifySite({ siteId: 'ams', installationId, listed: null }, open, running('b'))).toEqual({
    findings: [{ kind: 'notCompared', subject: 'ams', detail: 'no VM of ams: the site did not answer' }],
    unsure: [],
    withoutWorkflow: [{ requestId: 'a', vmName: 'vm-a', workflowId: 'vm-request:ams:a' }],
  })
})
