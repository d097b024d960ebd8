import { describe, expect, test } from '@jest/globals'
import type { VcenterFault } from '@berth/activities/vcenter/vcenter-port.ts'
import { failureClass, isFailureCode } from '@berth/domain/failures.ts'
import { asVcenterFault, failureCodes } from './failure-codes.ts'
import { moref, vmRef } from './managed-object.ts'
import { faultOf, SoapFault, VcenterUnreachable } from './soap-fault.ts'

const codeOf = (error: unknown) => (asVcenterFault(error) as VcenterFault).code
const called = (faultType: string, detail = {}) => new SoapFault('PowerOnVM_Task', faultType, detail, '')

/** vSphere's faults that its clients meet, by what helps. */
const helpedBy = {
  tryingAgain: [
    ...['NotAuthenticated', 'TaskInProgress', 'VAppTaskInProgress', 'ConcurrentAccess', 'ResourceInUse'],
    ...['HostCommunication', 'HostNotConnected', 'HostNotReachable', 'HostConnectFault', 'Timedout', 'FileLocked'],
    ...['RequestCanceled', 'SystemError', 'RuntimeFault', 'UnexpectedFault', 'InvalidState', 'InvalidPowerState'],
    ...['MethodDisabled', 'QuestionPending', 'InvalidCollectorVersion', 'InvalidLogin'],
  ],
  spaceOrCapacity: [
    ...['NoDiskSpace', 'InsufficientStorageSpace', 'InsufficientResourcesFault', 'InsufficientMemoryResourcesFault'],
    ...['InsufficientCpuResourcesFault', 'InsufficientFailoverResourcesFault', 'InsufficientHostCapacityFault'],
    ...['NoCompatibleHost', 'NoActiveHostInCluster', 'MigrationFault', 'DisallowedOperationOnFailoverHost'],
    ...['DasConfigFault', 'NotEnoughLicenses'],
  ],
  anotherPlacement: [
    ...['InvalidDatastore', 'InaccessibleDatastore', 'DatastoreNotWritableOnHost', 'InvalidDatastorePath'],
    ...['NoCompatibleDatastore', 'CannotAccessVmComponent', 'CannotAccessVmDevice', 'CannotAccessNetwork'],
  ],
  aPerson: [
    ...['InvalidName', 'DuplicateName', 'InvalidArgument', 'InvalidRequest', 'InvalidType', 'InvalidProperty'],
    ...['NoPermission', 'NotSupported', 'NotImplemented', 'MethodNotFound', 'RestrictedVersion', 'VmConfigFault'],
    ...['GenericVmConfigFault', 'InvalidVmConfig', 'InvalidDeviceSpec', 'InvalidDeviceOperation'],
    ...['MissingPowerOnConfiguration', 'CustomizationFault', 'NicSettingMismatch', 'UncustomizableGuest'],
    ...['CustomizationPending', 'LinuxVolumeNotClean', 'CannotDecryptPasswords', 'FileAlreadyExists', 'FileNotFound'],
  ],
}

describe('the table of faults', () => {
  const both = (faultType: string) => [
    codeOf(called(faultType)),
    codeOf(faultOf('vCenter task', { fault: { _typeName: faultType } })),
  ]

  test.each(helpedBy.tryingAgain)('%s is tried again', (faultType) => {
    expect(both(faultType).map(failureClass)).toEqual(['transient', 'transient'])
  })

  test.each(helpedBy.spaceOrCapacity)('%s waits for space or capacity', (faultType) => {
    for (const code of both(faultType)) expect(['datastoreFull', 'insufficientResources']).toContain(code)
  })

  test.each(helpedBy.anotherPlacement)('%s asks for another placement', (faultType) => {
    expect(both(faultType)).toEqual(['placementMissing', 'placementMissing'])
  })

  test.each(helpedBy.aPerson)('%s is never tried again by itself', (faultType) => {
    expect(both(faultType).map(failureClass)).not.toContain('transient')
  })

  test('maps to codes that exist', () => {
    expect(Object.values(failureCodes).every(isFailureCode)).toBe(true)
  })

  test('tells a lost session from a missing privilege, though one is a kind of the other', () => {
    expect(codeOf(called('NotAuthenticated'))).toBe('vcenterSessionLost')
    expect(codeOf(called('NoPermission'))).toBe('noPermission')
  })

  test('names the privilege and the object that lack it', () => {
    const fault = asVcenterFault(
      called('NoPermission', { privilegeId: 'VirtualMachine.Interact.PowerOn', object: vmRef('vm-7') }),
    ) as VcenterFault
    expect(fault.message).toContain('VirtualMachine.Interact.PowerOn on VirtualMachine vm-7')
  })

  test('goes by type and never by message', () => {
    const fault = faultOf('vCenter task', { fault: { _typeName: 'NoDiskSpace' }, localizedMessage: 'Duplicate name' })
    expect(codeOf(fault)).toBe('datastoreFull')
  })

  test('an unknown fault is a refused call or a failed vCenter task', () => {
    expect(codeOf(called('SomethingNew'))).toBe('vcenterRefused')
    expect(codeOf(faultOf('vCenter task', { fault: { _typeName: 'SomethingNew' } }))).toBe('vcenterTaskFailed')
  })

  test('a missing object means what it was', () => {
    expect(codeOf(called('ManagedObjectNotFound', { obj: vmRef('vm-7') }))).toBe('vmVanished')
    expect(codeOf(called('ManagedObjectNotFound', { obj: moref('Datastore', 'datastore-1') }))).toBe('placementMissing')
    expect(codeOf(called('ManagedObjectNotFound', { obj: moref('PropertyCollector', 'x') }))).toBe('vcenterSessionLost')
  })

  test('no answer means that vCenter is unavailable', () => {
    expect(codeOf(new VcenterUnreachable('Login', 'connect ECONNREFUSED'))).toBe('vcenterUnavailable')
  })

  test('an abort and a bug stay what they are', () => {
    const bug = new TypeError('x')
    expect(asVcenterFault(bug)).toBe(bug)
  })
})
