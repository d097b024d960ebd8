import type { PlacementRules } from '@berth/domain/placement.ts'
import { stepsWithHeartbeats } from './step-progress.ts'
import { throughPort } from '../application-failure.ts'
import type { AddressRules, CloneOrder, StepProgress, VcenterPort, VmIdentity } from './vcenter-port.ts'

export interface VcenterActivitySettings {
  /** How often the server hears from a running activity while few are under way. */
  heartbeatSeconds: number
}

/** The activities that run at a site. They throw ApplicationFailures whose type is a code of domain/failures.ts. */
export function createVcenterActivities(
  port: VcenterPort,
  { heartbeatSeconds }: VcenterActivitySettings = { heartbeatSeconds: 1 },
) {
  const withHeartbeats = stepsWithHeartbeats(heartbeatSeconds)
  const step = <T>(act: (progress: StepProgress) => Promise<T>): Promise<T> => throughPort(() => withHeartbeats(act))

  return {
    findPlacements: (rules: PlacementRules) => step(() => port.findPlacements(rules)),

    cloneVm: (order: CloneOrder) => step((progress) => port.cloneVm(order, progress)),

    powerOnVm: (vm: VmIdentity) => step((progress) => port.powerOnVm(vm, progress)),

    waitForIp: ({ vm, rules }: { vm: VmIdentity; rules: AddressRules }) =>
      step((progress) => port.waitForAddress(vm, rules, progress)),

    powerOffVm: ({ vm, guestShutdownSeconds }: { vm: VmIdentity; guestShutdownSeconds: number }) =>
      step((progress) => port.powerOffVm(vm, guestShutdownSeconds, progress)),

    destroyVm: (vm: VmIdentity) => step((progress) => port.destroyVm(vm, progress)),

    listOwnedVms: ({ installationId, folderPaths }: { installationId: string; folderPaths: string[] }) =>
      step(() => port.listOwnedVms(installationId, folderPaths)),
  }
}

export type VcenterActivities = ReturnType<typeof createVcenterActivities>
