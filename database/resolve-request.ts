import { approvalNeed, type ApprovalNeed } from '@berth/domain/approval.ts'
import type { CatalogItem, Configuration } from '@berth/domain/configuration.ts'
import { failureSentence, type FailureCode } from '@berth/domain/failures.ts'
import { defaultPolicy, policyFor, type Policy } from '@berth/domain/policy.ts'
import type { Size } from '@berth/domain/size.ts'
import { isVmName } from '@berth/domain/vm-name.ts'
import type { Queryable } from './transaction.ts'

/** What a person asks for. The team is one that the API found them a member of. */
export interface Wish {
  /** Whom the VM is for. */
  ownerId: string
  /** Who asks. */
  requesterId: string
  teamId: string
  catalogItemId: string
  sizeId: string
  leaseSeconds: number
  purpose: string
  sshPublicKeys: string[]
  name?: string
}

/** Why a wish cannot be granted, at the member of the wish that says it. */
export interface Refusal {
  code: FailureCode
  field: keyof Wish
  message: string
}

/** A wish with the item version, policy and site it is granted by. */
export interface ResolvedWish {
  item: CatalogItem
  size: Size
  policy: Policy
  approval: ApprovalNeed
  installationId: string
  addressAllow: string[]
  addressIgnore: string[]
}

export async function resolveWish(client: Queryable, wish: Wish): Promise<ResolvedWish | Refusal[]> {
  const offer = await readOffer(client, wish.catalogItemId)
  if (offer === undefined) return [refusal('itemNotOffered', 'catalogItemId', wish.catalogItemId)]
  const { item, configuration } = offer
  const policy = policyFor({ ...defaultPolicy, ...configuration.policies, ...item.leasePolicy }, wish.leaseSeconds)
  const size = item.sizes.find(({ id }) => id === wish.sizeId)
  const refusals = [
    ...(size === undefined
      ? [refusal('sizeNotOffered', 'sizeId', `${item.id} comes as ${item.sizes.map(({ id }) => id).join(', ')}`)]
      : []),
    ...leaseRefusals(policy, wish.leaseSeconds),
    ...(wish.name !== undefined && !isVmName(wish.name) ? [refusal('nameInvalid', 'name', wish.name)] : []),
  ]
  if (size === undefined || refusals.length > 0) return refusals
  return {
    item,
    size,
    policy,
    approval: approvalNeed(item.approval, size.id, wish.leaseSeconds),
    installationId: configuration.installationId,
    addressAllow: offer.address_allow,
    addressIgnore: offer.address_ignore,
  }
}

interface Offer {
  item: CatalogItem
  configuration: Configuration
  address_allow: string[]
  address_ignore: string[]
}

async function readOffer(client: Queryable, catalogItemId: string): Promise<Offer | undefined> {
  const { rows } = await client.query<Offer>(
    `select c.spec as item, s.address_allow, s.address_ignore,
            (select configuration from configuration_versions order by id desc limit 1) as configuration
     from catalog_items c join sites s on s.id = c.site_id
     where c.id = $1 and c.offered and s.configured order by c.version desc limit 1`,
    [catalogItemId],
  )
  return rows[0]
}

function leaseRefusals({ minLeaseSeconds, maxGrantSeconds, maxTotalSeconds }: Policy, leaseSeconds: number): Refusal[] {
  const longest = Math.min(maxGrantSeconds, maxTotalSeconds)
  if (leaseSeconds >= minLeaseSeconds && leaseSeconds <= longest) return []
  return [refusal('leaseNotOffered', 'leaseSeconds', `from ${minLeaseSeconds} to ${longest} seconds`)]
}

const refusal = (code: FailureCode, field: keyof Wish, detail: string): Refusal => ({
  code,
  field,
  message: failureSentence(code, detail),
})
