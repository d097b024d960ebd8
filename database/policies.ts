import { defaultPolicy, type Policy } from '@berth/domain/policy.ts'
import type { Database } from './connect.ts'
import { offeredItems } from './catalog-items.ts'
import { currentConfiguration } from './current-configuration.ts'

export interface PolicyView {
  /** `default`, or a catalog item's id. */
  id: string
  values: Policy
}

/** What applies to new requests: by default, and for the items that say otherwise. */
export async function policiesNow(database: Database): Promise<PolicyView[]> {
  const configuration = await currentConfiguration(database)
  const items = await offeredItems(database)
  return [
    { id: 'default', values: { ...defaultPolicy, ...configuration?.policies } },
    ...items
      .filter(({ item }) => item.leasePolicy !== undefined)
      .map(({ item, policy }) => ({ id: item.id, values: policy })),
  ]
}
