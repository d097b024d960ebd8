import { activityInfo } from '@temporalio/activity'
import { ApplicationFailure } from '@temporalio/common'
import { failureSentence } from '@berth/domain/failures.ts'
import type { PlacementRules } from '@berth/domain/placement.ts'
import { packVms } from './packed-vms.ts'
import { stepsWithHeartbeats } from './step-progress.ts'
import { throughPort } from '../application-failure.ts'
import type { AskStanding } from './write-permit.ts'
import type {
  AddressRules,
  CloneOrder,
  CountingAddresses,
  EndOrder,
  Granted,
  StepProgress,
  VcenterPort,
  VmIdentity,
} from './vcenter-port.ts'

export interface VcenterActivitySettings {
  /** How often the server hears from a running activity while few are under way. */
  heartbeatSeconds?: number
  /** Whether an attempt still counts; asked before each write to vCenter. */
  askStanding: AskStanding
}

/** The activities that run at a site. They throw ApplicationFailures whose type is a code of domain/failures.ts. */
export function createVcenterActivities(
  port: VcenterPort,
  { heartbeatSeconds = 1, askStanding }: VcenterActivitySettings,
) {
  const withHeartbeats = stepsWithHeartbeats(heartbeatSeconds, askStanding)
  const step = <T>(act: (progress: StepProgress) => Promise<T>): Promise<T> => throughPort(() => withHeartbeats(act))
  const stepOf = <T>(scheduledBy: string, act: (progress: StepProgress) => Promise<T>): Promise<T> => {
    refuseAnotherRun(scheduledBy)
    return step(act)
  }

  return {
    findPlacements: ({ grant: _grant, ...rules }: PlacementRules & Granted, scheduledBy: string) =>
      stepOf(scheduledBy, () => port.findPlacements(rules)),

    cloneVm: (order: CloneOrder, scheduledBy: string) =>
      stepOf(scheduledBy, (progress) => port.cloneVm(order, progress)),

    powerOnVm: (vm: VmIdentity & Granted, scheduledBy: string) =>
      stepOf(scheduledBy, (progress) => port.powerOnVm(vm, progress)),

    waitForIp: ({ vm, rules }: { vm: VmIdentity & Granted; rules: AddressRules }, scheduledBy: string) =>
      stepOf(scheduledBy, (progress) => port.waitForAddress(vm, rules, progress)),

    powerOffVm: (
      { vm, guestShutdownSeconds }: { vm: EndOrder & Granted; guestShutdownSeconds: number },
      scheduledBy: string,
    ) => stepOf(scheduledBy, (progress) => port.powerOffVm(vm, guestShutdownSeconds, progress)),

    destroyVm: (order: EndOrder & Granted, scheduledBy: string) =>
      stepOf(scheduledBy, (progress) => port.destroyVm(order, progress)),

    listOwnedVms: ({
      installationId,
      folderPaths,
      expected = [],
      addresses,
    }: {
      installationId: string
      folderPaths: string[]
      expected?: string[]
      addresses?: CountingAddresses
    }) => step(async () => packVms(await port.listOwnedVms(installationId, folderPaths, expected, addresses))),
  }
}

/**
 * A Reset to a point where an activity was open dispatches it again in the new run, past the workflow's check of the run:
 * the new run has to record its step first, and schedules the activity anew.
 */
function refuseAnotherRun(scheduledBy: string): void {
  const { workflowExecution } = activityInfo()
  if (workflowExecution?.runId === scheduledBy) return
  throw ApplicationFailure.nonRetryable(failureSentence('staleRun', `scheduled by ${scheduledBy}`), 'staleRun')
}

export type VcenterActivities = ReturnType<typeof createVcenterActivities>
