import { eligibleApprovers, type ApprovalNeed } from '@berth/domain/approval.ts'
import { fits, quotaOf, type QuotaLine } from '@berth/domain/quota.ts'
import type { Policy } from '@berth/domain/policy.ts'
import type { Database } from './connect.ts'
import { approversOf } from './open-approvals.ts'
import { quotaLines, shortages } from './quota.ts'
import { resolveWish, type Refusal, type Wish } from './resolve-request.ts'
import { isNameHeld, namingOf, nextName } from './vm-names.ts'

export interface Preview {
  vmName: string
  quota: QuotaLine[]
  approval: ApprovalNeed & { approvers: string[] }
  leaseEndsAfterSeconds: number
  /** What would keep the request from being granted as things are now. */
  obstacles: string[]
  policy: Policy
}

export type PreviewOutcome = { outcome: 'preview'; preview: Preview } | { outcome: 'rejected'; refusals: Refusal[] }

/** What creating this request would come to, by the same arithmetic; nothing is written. */
export async function previewVmRequest({ pool }: Database, wish: Wish): Promise<PreviewOutcome> {
  const resolved = await resolveWish(pool, wish)
  if (Array.isArray(resolved)) return { outcome: 'rejected', refusals: resolved }
  const { item, size, approval } = resolved
  const naming = await namingOf(pool, wish, item)
  const quota = await quotaLines(pool, wish.teamId, quotaOf(size))
  const approvers = eligibleApprovers(await approversOf(pool, wish.teamId), [wish.requesterId, wish.ownerId])
  const nameTaken = wish.name !== undefined && (await isNameHeld(pool, item.siteId, wish.name))
  const obstacles = [
    ...(quota.every(fits) ? [] : shortages(quota).map((shortage) => `The team’s quota does not allow it: ${shortage}`)),
    ...(nameTaken ? [`The name ${wish.name} is taken`] : []),
    ...(approval.needed && approvers.length === 0
      ? ['Nobody but you could approve it: an operator will have to help']
      : []),
  ]
  return {
    outcome: 'preview',
    preview: {
      vmName: wish.name ?? (await nextName(pool, naming)),
      quota,
      approval: { ...approval, approvers: approval.needed ? approvers : [] },
      leaseEndsAfterSeconds: wish.leaseSeconds,
      obstacles,
      policy: resolved.policy,
    },
  }
}
