import type { ApprovalItem } from '@berth/contract/approval-list.ts'

/** What this person asked for before the request that waits now, which the counts include. */
export function earlierWords({ total, open, declined }: ApprovalItem['ownersRequests']): string {
  const before = total - 1
  if (before <= 0) return 'this is the first request of this person'
  const more = [...(open > 1 ? [`${open - 1} still open`] : []), ...(declined > 0 ? [`${declined} declined`] : [])]
  return `${before} ${before === 1 ? 'request' : 'requests'}${more.length === 0 ? '' : `: ${more.join(', ')}`}`
}
