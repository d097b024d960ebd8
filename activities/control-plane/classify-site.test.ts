import { expect, test } from '@jest/globals'
import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import type { OpenRequest } from '@berth/domain/open-request.ts'
import { classifySite } from './classify-site.ts'

const request = (requestId: string, changes: Partial<OpenRequest> = {}): OpenRequest => ({
  requestId,
  vmName: `vm-${requestId}`,
  state: 'active',
  expectsVm: true,
  expectsPower: 'on',
  ...changes,
})
const vm = (requestId: string, changes = {}) => ({
  moid: `moid-${requestId}`,
  name: `vm-${requestId}`,
  instanceUuid: requestId,
  markerRequestId: requestId,
  inFolder: true,
  poweredOn: true,
  ...changes,
})
const running = (...ids: string[]) => new Set(ids.map((id) => vmRequestWorkflowId('ams', id)))
const kinds = (...args: Parameters<typeof classifySite>) =>
  classifySite(...args).findings.map(({ kind, subject }) => `${kind} ${subject}`)

test('a site where all is as it should be has no findings', () => {
  expect(classifySite({ siteId: 'ams', vms: [vm('a')] }, [request('a')], running('a'))).toEqual({
    findings: [],
    withoutWorkflow: [],
  })
})

test.each([
  ['vanished a', [], {}],
  ['renamed a', [vm('a', { name: 'other' })], {}],
  ['powerDrift a', [vm('a', { poweredOn: false })], {}],
  ['addressChanged a', [vm('a', { address: '10.0.0.2' })], { address: '10.0.0.1' }],
])('%s', (finding, vms, changes) => {
  expect(kinds({ siteId: 'ams', vms }, [request('a', changes)], running('a'))).toEqual([finding])
})

test('a marker on another uuid is a copy, and ours without an open request is an orphan', () => {
  expect(
    kinds({ siteId: 'ams', vms: [vm('a'), vm('b', { markerRequestId: 'a' }), vm('c')] }, [request('a')], running('a')),
  ).toEqual(['copy b', 'orphan c'])
})

test('nothing is said of VMs at a site that did not answer, but workflows are looked after', () => {
  const { findings, withoutWorkflow } = classifySite(
    { siteId: 'ams', vms: null },
    [request('a'), request('b')],
    running('b'),
  )
  expect(withoutWorkflow).toEqual([{ requestId: 'a', workflowId: 'vm-request:ams:a' }])
  expect(findings).toEqual([])
})

test('a request that needs no VM yet is not missed', () => {
  expect(kinds({ siteId: 'ams', vms: [] }, [request('a', { expectsVm: false })], running('a'))).toEqual([])
})
