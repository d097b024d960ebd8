import type { PlacementCache } from './placement-cache.ts'
import type { SoapClient } from './soap-client.ts'
import type { FoundVm, StartedVm } from './found-vm.ts'
import type { UpdateStream } from './update-stream.ts'

/** What all steps of one agent share. */
export interface VcenterConnection {
  client: SoapClient
  stream: UpdateStream
  placements: PlacementCache
  /** The only installation that this agent acts for. */
  installationId: string | undefined
  /** Where a request's VM was last seen: tells a VM that vanished from one whose uuid was changed. */
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
