import type { FailureCode } from '@berth/domain/failures.ts'
import type { Placement, PlacementFindings, PlacementRules } from '@berth/domain/placement.ts'
import type { Size } from '@berth/domain/size.ts'
import type { QueuedFor } from '@berth/domain/step-wait.ts'
import type { Grant } from '@berth/domain/specification.ts'

/** Which VM: `instanceUuid` is the request's UUID; ours = marker with this installation and request on exactly that uuid. */
export interface VmIdentity {
  installationId: string
  requestId: string
  /**
   * As vCenter named it when it was cloned, where that is recorded. Tells a VM that is gone from one that nobody finds
   * under its uuid any more; nothing is ever written to a VM by it alone.
   */
  moid?: string
}

/** What a step knows of its VM; some do not know its name. */
export type KnownVm = VmIdentity & { vmName?: string }

/** By which approval a step acts: part of what every step for a request is told. */
export interface Granted {
  grant: Grant
}

/** Everything that makes the VM. */
export interface CloneOrder extends VmIdentity, Granted {
  vmName: string
  placement: Placement
  size: Size
  guest: { hostName: string; sshUser: string; sshPublicKeys: string[] }
}

/**
 * A VM to power off or to destroy, and where its clone would appear: a clone under way has no instanceUuid that could be
 * found, nor has a VM whose uuid somebody changed.
 */
export interface EndOrder extends VmIdentity {
  vmName: string
  /** Unknown when the request was never placed, and in power-offs that an earlier version of the workflow ordered. */
  placement?: Pick<Placement, 'folderMoid' | 'templateMoid'>
}

/** Which of a guest's addresses count. */
export interface CountingAddresses {
  /** CIDR blocks; empty allows every usable address. */
  allow: string[]
  /** CIDR blocks never handed over, such as a container bridge inside the guest. */
  ignore: string[]
}

export interface AddressRules extends CountingAddresses {
  settleSeconds: number
  timeoutSeconds: number
}

export interface PoweredOff {
  /** False: vCenter has no such VM. */
  found: boolean
}

/**
 * One VM that `listOwnedVms` reports. *Ours*: the marker names this installation, and its request is the `instanceUuid`.
 * The marker on another uuid is somebody's copy, or, when no VM has the request's uuid, ours with its uuid changed. The
 * uuid without the marker is a VM whose marker was removed, or somebody else's.
 */
export interface OwnedVm {
  moid: string
  name: string
  /** In lower case; empty while the VM has no configuration yet. */
  instanceUuid: string
  /** Absent when the VM carries no marker. */
  markerInstallationId?: string
  /** Empty when the VM carries no marker. */
  markerRequestId: string
  poweredOn: boolean
  /** False: it was moved out of the managed folders. */
  inFolder: boolean
  /** The folder that it lies in; absent inside a vApp. */
  folderMoid?: string
  /** The one that the guest calls its first. */
  address?: string
  /** All that the guest reports on its first network card, `address` included, as far as they count. */
  addresses?: string[]
}

export interface UnreadableVm {
  moid: string
  name: string
  /** The privilege that the agent's account lacks on it. */
  lacking?: string
  /** What vCenter calls the state of a VM whose configuration it has not, as `inaccessible` while its datastore is away. */
  state?: string
}

/** What there is at a site, and what could not be looked at. */
export interface ListedVms {
  vms: OwnedVm[]
  /** Managed folders that are not there: they count as empty. */
  missingFolders: string[]
  /** Nothing can be said of these, nor of requests whose VMs are not among the others. */
  unreadable: UnreadableVm[]
}

/** Temporal's word that an attempt still counts, for a few seconds. */
export interface WritePermit {
  /** To be asked at the last moment: an agent may stand still between the word and the write. */
  isFresh(): boolean
}

/** The last attempt's heartbeat, and a way to leave the next one. */
export interface StepProgress {
  /** Moid of the vCenter task that an earlier attempt of this activity started. */
  readonly lastTaskMoid: string | undefined
  /** True when an earlier attempt had a permit to write: what it sent may still be under way, its answer lost. */
  readonly mayHaveWritten: boolean
  /** Aborted when this attempt shall stop waiting, for whatever reason. */
  readonly signal: AbortSignal
  /** True when the request itself was cancelled: only then is the vCenter task cancelled too. */
  cancelRequested(): boolean
  report(progress: { taskMoid?: string; percent?: number; queuedFor?: QueuedFor | undefined }): void
  /**
   * Asked before each write to vCenter. Throws when another attempt has taken over, when this one shall leave (unless
   * it is for leaving that it writes), and when Temporal does not answer.
   */
  permitToWrite(options?: { alsoWhenLeaving?: boolean }): Promise<WritePermit>
}

/**
 * What Berth needs of a vCenter. Every method is idempotent and safe against a concurrent twin; every write first
 * resolves the VM by instanceUuid and checks that it is ours and the only one. Throws VcenterFault, and nothing else, for what went wrong.
 */
export interface VcenterPort {
  findPlacements(rules: PlacementRules): Promise<PlacementFindings>
  /** Looks first, adopts what a lost answer left, clones, and returns only when the VM reads back as ordered. */
  cloneVm(order: CloneOrder, progress: StepProgress): Promise<{ moid: string }>
  /** Already on is success. */
  powerOnVm(vm: VmIdentity, progress: StepProgress): Promise<void>
  /** The address that is usable, on the item's network card, and settled. Fails with `addressTimeout`. */
  waitForAddress(vm: VmIdentity, rules: AddressRules, progress: StepProgress): Promise<string>
  /** Shuts the guest down, then powers off hard after `guestShutdownSeconds`. Already off is success, and so is no VM at all, which is told: found by neither uuid, moid nor name. */
  powerOffVm(order: EndOrder, guestShutdownSeconds: number, progress: StepProgress): Promise<PoweredOff>
  /**
   * Powers off and destroys. Already gone is success; returns only when vCenter no longer finds it, by instanceUuid or by
   * name, and no clone of it is under way (`vcenterBusy` until that has ended).
   */
  destroyVm(order: EndOrder, progress: StepProgress): Promise<void>
  /**
   * All VMs with a marker of this installation below the folders, in pages of 1,000, and those with one of the `expected`
   * instanceUuids wherever and whosever they are. An expected one that is not below the folders costs a call of its own
   * at first, more than twenty a listing of the whole vCenter: name those that are missed, not all.
   */
  listOwnedVms(
    installationId: string,
    folderPaths: string[],
    expected?: readonly string[],
    addresses?: CountingAddresses,
  ): Promise<ListedVms>
}

/** What went wrong at a vCenter, by a code of domain/failures.ts; the message names the object. */
export class VcenterFault extends Error {
  readonly code: FailureCode
  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'VcenterFault'
    this.code = code
  }
}
