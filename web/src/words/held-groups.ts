import type { VmRequest } from '@berth/contract/vm-request.ts'
import { failures } from '@berth/domain/failures.ts'
import type { Instant } from '@berth/domain/instant.ts'

export interface HeldGroup {
  key: string
  /** What they have in common: the cause and the site. */
  cause: string
  siteId: string
  since: Instant | undefined
  requests: VmRequest[]
}

/** Held requests by cause and site, the largest group first: one cure mostly helps all of a group. */
export function heldGroups(requests: readonly VmRequest[]): HeldGroup[] {
  const groups = new Map<string, HeldGroup>()
  for (const request of requests) {
    if (request.state !== 'held' || request.hold === undefined) continue
    const { code, heldAt } = request.hold
    const key = `${request.siteId} ${code}`
    const group = groups.get(key) ?? {
      key,
      cause: causeWords(code),
      siteId: request.siteId,
      since: heldAt,
      requests: [],
    }
    group.requests.push(request)
    if (heldAt !== undefined && (group.since === undefined || heldAt < group.since)) group.since = heldAt
    groups.set(key, group)
  }
  return [...groups.values()].sort((a, b) => b.requests.length - a.requests.length || a.key.localeCompare(b.key))
}

function causeWords(code: keyof typeof failures): string {
  const { sentence } = failures[code]
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`
}
