import type { OwnedVm } from '../vcenter/vcenter-port.ts'

/** The marker names this installation and, as its request, this very VM: on another uuid it is a copy's. */
export const isOurs = (
  { instanceUuid, markerInstallationId, markerRequestId }: OwnedVm,
  installationId: string,
): boolean => markerInstallationId === installationId && markerRequestId === instanceUuid
