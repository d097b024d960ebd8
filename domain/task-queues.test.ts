import { expect, test } from '@jest/globals'
import { reconcileWorkflowId, siteBuildQueue, siteQueue, vmRequestWorkflowId } from './task-queues.ts'

test('queues and workflow ids have readable names', () => {
  expect(siteQueue('demo')).toBe('site-demo')
  expect(siteBuildQueue('demo')).toBe('site-demo-build')
  expect(vmRequestWorkflowId('demo', '5b1f')).toBe('vm-request:demo:5b1f')
  expect(reconcileWorkflowId('demo')).toBe('reconcile-site:demo')
})
