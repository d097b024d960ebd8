import type { CloneTurns } from './clone-turns.ts'
import type { PlacementCache } from './placement-cache.ts'
import type { ManagedObjectReference } from './managed-object.ts'
import type { SoapClient } from './soap-client.ts'
import type { FoundVm, StartedVm } from './found-vm.ts'
import type { UpdateStream } from './update-stream.ts'

/** What all steps of one agent share. */
export interface VcenterConnection {
  client: SoapClient
  stream: UpdateStream
  placements: PlacementCache
  cloneTurns: CloneTurns
  /** How long a call that was given up may still be on its way; with 0 nobody waits for it. */
  lateCallSeconds: number
  /** The only installation that this agent acts for. */
  installationId: string | undefined
  /** By inventory path; checked by name at each use. */
  managedFolders: Map<string, ManagedObjectReference>
  /** By instanceUuid: when vCenter was last asked for a VM that is in none of the managed folders. */
  askedFor: Map<string, number>
  /** Where a request's VM was last seen: tells a VM that vanished from one that was moved or given another uuid. */
  lastSeen: Map<string, string>
  /** What was cloned a moment ago. */
  made: Map<string, FoundVm>
  /** What was powered on a moment ago. */
  started: Map<string, StartedVm>
}

const mostRemembered = 10_000

export function rememberVm({ lastSeen }: VcenterConnection, requestId: string, moid: string): void {
  lastSeen.delete(requestId)
  lastSeen.set(requestId, moid)
  const oldest = lastSeen.keys().next()
  if (lastSeen.size > mostRemembered && oldest.done !== true) lastSeen.delete(oldest.value)
}
