import { vmRequestWorkflowId } from '@berth/domain/task-queues.ts'
import type { OwnedVm } from '../vcenter/vcenter-port.ts'
import type { Finding, OpenRequest } from './control-plane-ports.ts'

export interface SiteInventory {
  siteId: string
  /** null: the site could not be asked; only workflows are looked after. */
  vms: OwnedVm[] | null
}

export interface RequestWithoutWorkflow {
  requestId: string
  workflowId: string
}

export interface Classification {
  findings: Finding[]
  /** As far as visibility knows, which may lag. */
  withoutWorkflow: RequestWithoutWorkflow[]
}

/** What is there but should not be, what should be but is not, and which open requests no workflow looks after. */
export function classifySite(
  { siteId, vms }: SiteInventory,
  open: readonly OpenRequest[],
  running: ReadonlySet<string>,
): Classification {
  const withoutWorkflow = open
    .map(({ requestId }) => ({ requestId, workflowId: vmRequestWorkflowId(siteId, requestId) }))
    .filter(({ workflowId }) => !running.has(workflowId))
  const findings = vms === null ? [] : [...vmFindings(vms, open), ...requestFindings(vms, open)]
  return { findings, withoutWorkflow }
}

/** What is reported of a request once it was reopened. */
export const workflowWasMissing = ({ requestId, workflowId }: RequestWithoutWorkflow): Finding => ({
  kind: 'workflowMissing',
  subject: requestId,
  detail: `no workflow ${workflowId} was running; it was started again from the recorded facts`,
})

function vmFindings(vms: readonly OwnedVm[], open: readonly OpenRequest[]): Finding[] {
  const openIds = new Set(open.map(({ requestId }) => requestId))
  return vms.flatMap((vm): Finding[] => {
    if (vm.markerRequestId !== vm.instanceUuid)
      return [
        {
          kind: 'copy',
          subject: vm.instanceUuid,
          detail: `${vm.name} carries the marker of request ${vm.markerRequestId} but is another VM; Berth does not touch it`,
        },
      ]
    if (openIds.has(vm.instanceUuid)) return []
    return [
      {
        kind: 'orphan',
        subject: vm.instanceUuid,
        detail: `${vm.name} is ours, but its request is closed or unknown; Berth does not destroy by guess`,
      },
    ]
  })
}

function requestFindings(vms: readonly OwnedVm[], open: readonly OpenRequest[]): Finding[] {
  const ours = new Map(vms.filter((vm) => vm.markerRequestId === vm.instanceUuid).map((vm) => [vm.instanceUuid, vm]))
  return open
    .filter(({ expectsVm }) => expectsVm)
    .flatMap((request): Finding[] => {
      const { requestId: subject } = request
      const vm = ours.get(subject)
      if (vm === undefined) return [{ kind: 'vanished', subject, detail: `${request.vmName} is no longer in vCenter` }]
      const findings: Finding[] = []
      if (vm.name !== request.vmName)
        findings.push({ kind: 'renamed', subject, detail: `${request.vmName} is called ${vm.name} in vCenter` })
      if (request.expectsPower !== 'any' && vm.poweredOn !== (request.expectsPower === 'on'))
        findings.push({
          kind: 'powerDrift',
          subject,
          detail: `${request.vmName} is powered ${vm.poweredOn ? 'on' : 'off'} in vCenter, but should be ${request.expectsPower}`,
        })
      if (request.address !== undefined && vm.address !== undefined && vm.address !== request.address)
        findings.push({
          kind: 'addressChanged',
          subject,
          detail: `${request.vmName} was handed over with ${request.address} and now has ${vm.address}`,
        })
      return findings
    })
}
