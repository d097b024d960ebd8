import type { FailureCode } from '@berth/domain/failures.ts'
import { VcenterFault } from '@berth/activities/vcenter/vcenter-port.ts'
import { isMoref } from './managed-object.ts'
import { NotSent } from './send-if-allowed.ts'
import { SoapFault, VcenterUnreachable } from './soap-fault.ts'

/**
 * vSphere's fault types by what they mean to Berth. The wire carries only the leaf type, so subtypes are listed:
 * NotAuthenticated, for one, is a kind of NoPermission and still means something else.
 */
export const failureCodes: Readonly<Record<string, FailureCode>> = {
  NotAuthenticated: 'vcenterSessionLost',
  InvalidLogin: 'vcenterLoginRefused',
  InvalidLocale: 'vcenterLoginRefused',
  NoPermission: 'noPermission',
  SecurityError: 'noPermission',
  RestrictedByAdministrator: 'noPermission',
  InvalidCollectorVersion: 'vcenterSessionLost',

  // Tried as long as any other trouble that passes: a few tries are over in seconds, and every open step would be held
  // for a person whenever vCenter has a bad minute. Meanwhile the request says what it waits for, in vSphere's words.
  SystemError: 'vcenterError',
  RuntimeFault: 'vcenterError',
  UnexpectedFault: 'vcenterError',
  DatabaseError: 'vcenterError',

  TaskInProgress: 'vcenterBusy',
  VAppTaskInProgress: 'vcenterBusy',
  VAppOperationInProgress: 'vcenterBusy',
  ConcurrentAccess: 'vcenterBusy',
  ResourceInUse: 'vcenterBusy',
  FileLocked: 'vcenterBusy',
  MethodDisabled: 'vcenterBusy',
  QuestionPending: 'vcenterBusy',
  Timedout: 'vcenterBusy',
  RequestCanceled: 'vcenterBusy',
  InvalidState: 'vcenterBusy',
  InvalidVmState: 'vcenterBusy',
  InvalidHostState: 'vcenterBusy',
  InvalidPowerState: 'vcenterBusy',
  TooManyTasks: 'vcenterBusy',
  TooManyConcurrentNativeClones: 'vcenterBusy',
  HostCommunication: 'hostDisconnected',
  HostNotConnected: 'hostDisconnected',
  HostNotReachable: 'hostDisconnected',
  HostConnectFault: 'hostDisconnected',
  InvalidHostConnectionState: 'hostDisconnected',

  NoDiskSpace: 'datastoreFull',
  InsufficientStorageSpace: 'datastoreFull',
  InsufficientResourcesFault: 'insufficientResources',
  InsufficientMemoryResourcesFault: 'insufficientResources',
  InsufficientCpuResourcesFault: 'insufficientResources',
  InsufficientFailoverResourcesFault: 'insufficientResources',
  InsufficientHostCapacityFault: 'insufficientResources',
  InsufficientHostCpuCapacityFault: 'insufficientResources',
  InsufficientHostMemoryCapacityFault: 'insufficientResources',
  InsufficientPerCpuCapacity: 'insufficientResources',
  InsufficientStandbyResource: 'insufficientResources',
  InsufficientStandbyCpuResource: 'insufficientResources',
  InsufficientStandbyMemoryResource: 'insufficientResources',
  NotEnoughLicenses: 'insufficientResources',
  NoCompatibleHost: 'insufficientResources',
  NoActiveHostInCluster: 'insufficientResources',
  MigrationFault: 'insufficientResources',
  DisallowedOperationOnFailoverHost: 'insufficientResources',
  DasConfigFault: 'insufficientResources',

  InvalidDatastore: 'placementMissing',
  InaccessibleDatastore: 'placementMissing',
  DatastoreNotWritableOnHost: 'placementMissing',
  InvalidDatastorePath: 'placementMissing',
  NoCompatibleDatastore: 'placementMissing',
  CannotAccessNetwork: 'placementMissing',
  CannotAccessVmComponent: 'placementMissing',
  CannotAccessVmDevice: 'placementMissing',
  CannotAccessVmDisk: 'placementMissing',
  DuplicateName: 'nameTaken',
  InvalidName: 'nameInvalid',
}

/** Objects whose disappearance has a meaning of its own; all others live and die with the session. */
const missingObjects: Readonly<Record<string, FailureCode>> = {
  VirtualMachine: 'vmVanished',
  Folder: 'placementMissing',
  ResourcePool: 'placementMissing',
  ClusterComputeResource: 'placementMissing',
  Datastore: 'placementMissing',
  Network: 'placementMissing',
  DistributedVirtualPortgroup: 'placementMissing',
}

/** What the SOAP client or a vCenter task threw, as the port throws it; all else, such as an abort, stays what it is. */
export function asVcenterFault(error: unknown): unknown {
  if (error instanceof VcenterUnreachable)
    return new VcenterFault('vcenterUnavailable', error.message, { cause: error })
  if (error instanceof NotSent) return new VcenterFault('vcenterBusy', error.message, { cause: error })
  if (!(error instanceof SoapFault)) return error
  return new VcenterFault(codeOf(error), sentenceOf(error), { cause: error })
}

function codeOf(fault: SoapFault): FailureCode {
  if (fault.faultType === 'ManagedObjectNotFound') {
    const { obj } = fault.detail
    return (isMoref(obj) ? missingObjects[obj.type] : undefined) ?? 'vcenterSessionLost'
  }
  return (
    failureCodes[fault.faultType] ?? (fault.message.startsWith('vCenter task') ? 'vcenterTaskFailed' : 'vcenterRefused')
  )
}

function sentenceOf(fault: SoapFault): string {
  const { privilegeId, object } = fault.detail
  if (typeof privilegeId !== 'string') return fault.message
  return `${privilegeId}${isMoref(object) ? ` on ${object.type} ${object.value}` : ''} (${fault.message})`
}
