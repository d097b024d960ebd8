import type { HoldGroup } from '@berth/contract/hold-group.ts'
import type { VmRequest } from '@berth/contract/vm-request.ts'
import { failures } from '@berth/domain/failures.ts'
import type { Instant } from '@berth/domain/instant.ts'

export interface HeldGroup {
  key: string
  /** What they have in common, as the server names it and in words. */
  cause: Pick<HoldGroup, 'siteId' | 'step' | 'code'>
  words: string
  since: Instant | undefined
  /** How many one retry would reach. */
  retryable: number
  /** Those that are shown; there may be more. */
  requests: VmRequest[]
}

/** Held requests by site, step and cause, the largest group first: one cure mostly helps all of a group. */
export function heldGroups(requests: readonly VmRequest[], counted: readonly HoldGroup[] = []): HeldGroup[] {
  const groups = new Map<string, HeldGroup>()
  const groupOf = (cause: HeldGroup['cause']): HeldGroup => {
    const key = `${cause.siteId} ${cause.step} ${cause.code}`
    const known = groups.get(key)
    const group = known ?? { key, cause, words: causeWords(cause.code), since: undefined, retryable: 0, requests: [] }
    groups.set(key, group)
    return group
  }
  for (const { siteId, step, code, requests: count, since } of counted) {
    const group = groupOf({ siteId, step, code })
    group.retryable = count
    group.since = since
  }
  for (const request of requests) {
    if (request.state !== 'held' || request.hold === undefined) continue
    const { step, code, heldAt } = request.hold
    const group = groupOf({ siteId: request.siteId, step, code })
    group.requests.push(request)
    if (heldAt !== undefined && (group.since === undefined || heldAt < group.since)) group.since = heldAt
  }
  return [...groups.values()].sort((a, b) => size(b) - size(a) || a.key.localeCompare(b.key))
}

/** The count is a few seconds old, the requests are as they are now. */
const size = ({ retryable, requests }: HeldGroup): number => Math.max(retryable, requests.length)

function causeWords(code: keyof typeof failures): string {
  const { sentence } = failures[code]
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`
}
