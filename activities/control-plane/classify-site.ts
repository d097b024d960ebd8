import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import { compareVms, type Comparison } from './compare-vms.ts'
import type { Finding, OpenRequest } from './control-plane-ports.ts'
import { notCompared } from './not-compared.ts'
import type { SiteInventory } from './site-inventory.ts'

export interface RequestWithoutWorkflow {
  requestId: string
  vmName: string
  workflowId: string
}

export interface Classification extends Comparison {
  /** As far as visibility knows, which may lag. */
  withoutWorkflow: RequestWithoutWorkflow[]
}

/** What differs between vCenter and the record, and which open requests no workflow looks after. */
export function classifySite(
  site: SiteInventory,
  open: readonly OpenRequest[],
  running: ReadonlyMap<string, unknown>,
): Classification {
  const { siteId, installationId, listed } = site
  const withoutWorkflow = open
    .map(({ requestId, vmName }) => ({ requestId, vmName, workflowId: vmRequestWorkflowId(siteId, requestId) }))
    .filter(({ workflowId }) => !running.has(workflowId))
  const { findings, unsure } = listed === null ? nothingSeen : compareVms(listed, open, installationId)
  return { findings: [...notCompared(site), ...findings], unsure, withoutWorkflow }
}

const nothingSeen: Comparison = { findings: [], unsure: [] }

/** What is reported of a request once it was reopened. */
export const workflowWasMissing = ({ requestId, vmName }: RequestWithoutWorkflow): Finding => ({
  kind: 'workflowMissing',
  subject: requestId,
  requestId,
  detail: `no workflow looked after ${vmName}; it was started again from the record`,
  repaired: true,
})
