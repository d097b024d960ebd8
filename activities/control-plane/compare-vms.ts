import type { ListedVms, OwnedVm, UnreadableVm } from '../vcenter/vcenter-port.ts'
import type { Finding, OpenRequest } from './control-plane-ports.ts'
import { isOurs } from './is-ours.ts'
import { sharedAddresses } from './shared-addresses.ts'

export interface Comparison {
  findings: Finding[]
  /** Requests whose VM may be one of those that cannot be read: nothing is known of it now. */
  unsure: string[]
}

/** What is in vCenter and should not be, what should be and is not, and what is not as it was. */
export function compareVms(
  { vms, unreadable }: Pick<ListedVms, 'vms' | 'unreadable'>,
  open: readonly OpenRequest[],
  installationId: string,
): Comparison {
  const requests = new Map(open.map((request) => [request.requestId, request]))
  const byUuid = Map.groupBy(vms, ({ instanceUuid }) => instanceUuid)
  const marked = vms.filter(({ markerInstallationId }) => markerInstallationId === installationId)
  const byMarker = Map.groupBy(marked, ({ markerRequestId }) => markerRequestId)
  const compared = open
    .filter(({ expectsVm }) => expectsVm)
    .flatMap((request) => {
      const { requestId } = request
      return ofRequest(request, byUuid.get(requestId) ?? [], byMarker.get(requestId) ?? [], installationId)
    })
  const { expected = [], unsure = [] } = Object.groupBy(compared, ({ kind, subject }) =>
    kind === 'vanished' && mayBeOneOf(unreadable, requests.get(subject)) ? 'unsure' : 'expected',
  )
  const settled = new Set(expected.filter(({ kind }) => kind === 'reIdentified').map(({ subject }) => subject))
  return {
    findings: [
      ...expected,
      ...marked.flatMap((vm) => unexpected(vm, requests, settled)),
      ...sharedAddresses(vms, requests, installationId),
    ],
    unsure: unsure.map(({ subject }) => subject),
  }
}

/** vCenter says of them what they are called and their moid, and no more. */
const mayBeOneOf = (unreadable: readonly UnreadableVm[], request: OpenRequest | undefined): boolean =>
  unreadable.some(
    ({ moid, name }) => request?.vmMoid === undefined || moid === request.vmMoid || name === request.vmName,
  )

function ofRequest(
  request: OpenRequest,
  here: readonly OwnedVm[],
  marked: readonly OwnedVm[],
  installationId: string,
): Finding[] {
  const { requestId, vmName } = request
  const found = (kind: Finding['kind'], detail: string): Finding[] => [{ kind, subject: requestId, requestId, detail }]
  if (here.length > 1)
    return found(
      'twin',
      `vCenter has ${here.length} VMs with the instanceUuid of ${vmName}: ${here.map(named).join(', ')}`,
    )
  const [vm] = here
  if (vm !== undefined && isOurs(vm, installationId)) return differences(vm, request)
  if (vm !== undefined) return found('reTagged', reTagged(vm, request, installationId))
  const itself = marked.find((other) => isItself(other, request))
  if (itself !== undefined)
    return found('reIdentified', `${named(itself)} has the instanceUuid ${itself.instanceUuid}; it was ${requestId}`)
  return found('vanished', `vCenter no longer has ${vmName}`)
}

/** A copy has a moid of its own, and another name. */
const isItself = ({ moid, name }: OwnedVm, { vmMoid, vmName }: OpenRequest): boolean =>
  moid === vmMoid || name === vmName

function reTagged(vm: OwnedVm, { vmName, requestId }: OpenRequest, installationId: string): string {
  const says =
    vm.markerInstallationId === undefined && vm.markerRequestId === ''
      ? 'no marker any more'
      : `the marker of request ${vm.markerRequestId} of installation ${vm.markerInstallationId ?? ''}`
  const should = `berth.installationId = ${installationId}, berth.requestId = ${requestId}`
  return `${vm.name === vmName ? vmName : `${vm.name}, once ${vmName},`} has ${says}; it should say ${should}`
}

/** Of the VM itself, which is there and ours. */
function differences(vm: OwnedVm, request: OpenRequest): Finding[] {
  const { requestId, vmName, folderMoid, expectsPower } = request
  const found = (kind: Finding['kind'], detail: string): Finding => ({ kind, subject: requestId, requestId, detail })
  const findings: Finding[] = []
  if (vm.name !== vmName) findings.push(found('renamed', `${vmName} is called ${vm.name} in vCenter`))
  if (!vm.inFolder) findings.push(found('moved', `${vmName} was moved out of the managed folders`))
  else if (folderMoid !== undefined && vm.folderMoid !== folderMoid)
    findings.push(found('moved', `${vmName} was moved to another of the managed folders`))
  if (expectsPower === 'on' && !vm.poweredOn)
    findings.push(found('powerDrift', `${vmName} is powered off, and its lease goes on`))
  if (expectsPower === 'off' && vm.poweredOn)
    findings.push(found('onAfterLease', `${vmName} is powered on, and its lease is over`))
  const address = changedAddress(vm, request)
  if (address !== undefined) {
    const before = request.address === undefined ? 'had no address' : `reported ${request.address}`
    findings.push({ ...found('addressChanged', `${vmName} ${before} and now reports ${address}`), address })
  }
  return findings
}

/** A VM has several addresses: as long as it reports the one that people know, nothing has changed. */
function changedAddress({ poweredOn, addresses = [] }: OwnedVm, request: OpenRequest): string | undefined {
  const { expectsPower, address } = request
  if (expectsPower !== 'on' || !poweredOn || (address !== undefined && addresses.includes(address))) return undefined
  const isV6 = (each: string): boolean => each.includes(':')
  return addresses.find((each) => address !== undefined && isV6(each) === isV6(address)) ?? addresses[0]
}

/** A marked VM that no open request explains. */
function unexpected(vm: OwnedVm, requests: ReadonlyMap<string, OpenRequest>, settled: ReadonlySet<string>): Finding[] {
  const { instanceUuid: subject, markerRequestId: requestId } = vm
  const original = requests.get(requestId)
  if (requests.has(subject)) return []
  if (requestId === subject)
    return [
      { kind: 'orphan', subject, requestId, detail: `${named(vm)} carries our marker, and its request is not open` },
    ]
  if (settled.has(requestId) && original !== undefined && isItself(vm, original)) return []
  const of = original === undefined ? `request ${requestId}` : original.vmName
  return [{ kind: 'copy', subject, requestId, detail: `${named(vm)} carries the marker of ${of}, and is another VM` }]
}

const named = ({ name, moid }: OwnedVm): string => `${name} (${moid})`
