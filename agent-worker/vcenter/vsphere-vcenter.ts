import type { VcenterPort } from '@berth/activities/vcenter/vcenter-port.ts'
import type { CloneBounds } from '@berth/domain/clone-bounds.ts'
import { createCloneTurns } from './clone-turns.ts'
import { cloneVm } from './clone-vm.ts'
import { destroyVm } from './destroy-vm.ts'
import { asVcenterFault } from './failure-codes.ts'
import { findPlacements } from './find-placements.ts'
import { listOwnedVms } from './list-owned-vms.ts'
import { createPlacementCache } from './placement-cache.ts'
import { powerOffVm } from './power-off-vm.ts'
import { powerOnVm } from './power-on-vm.ts'
import { createSoapClient } from './soap-client.ts'
import type { SoapClientOptions } from './soap-client.ts'
import { VcenterUnreachable } from './soap-fault.ts'
import { createUpdateStream } from './update-stream.ts'
import type { VcenterConnection } from './vcenter-connection.ts'
import { waitForAddress } from './wait-for-address.ts'

export interface VsphereVcenter extends VcenterPort {
  /** From now on so many clones at a time are ours; until then all are. */
  shareClones(ours: CloneBounds): void
  /** Logs out. Whoever still waits is told that vCenter is unavailable. */
  close(): Promise<void>
}

export interface VsphereVcenterOptions extends SoapClientOptions {
  /** If given, orders of other installations are refused. */
  installationId?: string
  /** Clones at a time, whoever makes them. */
  cloneBounds?: CloneBounds
  /** How long a call that was given up may still be on its way to vCenter; with 0 nobody waits for it. Default: 30. */
  lateCallSeconds?: number
}

/** As long again as a call is waited for. */
const usualLateCallSeconds = 30

/** As vSphere itself bounds what it does with one datastore. */
const usualBounds: CloneBounds = { slots: Infinity, perDatastore: 8 }

/** The vCenter port over SOAP. It connects at its first call and again whenever a session was lost. */
export function createVsphereVcenter(options: VsphereVcenterOptions): VsphereVcenter {
  const client = createSoapClient({ ...options, writesNeedPermit: true })
  const stream = createUpdateStream(client)
  const connection: VcenterConnection = {
    client,
    stream,
    placements: createPlacementCache(),
    cloneTurns: createCloneTurns(options.cloneBounds ?? usualBounds),
    lateCallSeconds: options.lateCallSeconds ?? usualLateCallSeconds,
    installationId: options.installationId,
    managedFolders: new Map(),
    askedFor: new Map(),
    lastSeen: new Map(),
    made: new Map(),
    started: new Map(),
  }

  return {
    findPlacements: (rules) => withFaults(findPlacements(connection, rules)),
    cloneVm: (order, progress) => withFaults(cloneVm(connection, order, progress)),
    powerOnVm: (vm, progress) => withFaults(powerOnVm(connection, vm, progress)),
    waitForAddress: (vm, rules, progress) => withFaults(waitForAddress(connection, vm, rules, progress)),
    powerOffVm: (order, guestShutdownSeconds, progress) =>
      withFaults(powerOffVm(connection, order, guestShutdownSeconds, progress)),
    destroyVm: (vm, progress) => withFaults(destroyVm(connection, vm, progress)),
    listOwnedVms: (installationId, folderPaths, expected = [], addresses) =>
      withFaults(listOwnedVms(connection, installationId, folderPaths, expected, addresses)),
    shareClones: (ours) => connection.cloneTurns.share(ours),
    async close() {
      stream.close(new VcenterUnreachable('WaitForUpdatesEx', 'the agent is stopping'))
      await client.close()
    },
  }
}

const withFaults = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw asVcenterFault(error)
  })
