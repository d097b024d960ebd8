import type { CatalogItem, Configuration } from '@berth/domain/configuration.ts'
import { defaultPolicy, type Policy } from '@berth/domain/policy.ts'
import type { Database } from './connect.ts'

/** An item that may be picked, with the policy that a request of it would get. */
export interface OfferedItem {
  item: CatalogItem
  policy: Policy
  /** Median of the latest builds, from the first step to hand-over; absent before the first. */
  usuallyReadySeconds?: number
}

interface Row {
  item: CatalogItem
  policies: Configuration['policies']
  ready: number | null
}

/** The newest offered version of each item, by name. */
export async function offeredItems({ pool }: Database): Promise<OfferedItem[]> {
  const { rows } = await pool.query<Row>(
    `select newest.spec as item, configuration.policies, build.ready
     from (select distinct on (c.id) c.id, c.spec from catalog_items c join sites s on s.id = c.site_id
           where c.offered and s.configured order by c.id, c.version desc) newest
       cross join (select configuration -> 'policies' as policies from configuration_versions order by id desc limit 1) configuration
       cross join lateral (
         select percentile_cont(0.5) within group (order by seconds) as ready
         from (select extract(epoch from r.handed_over_at - min(s.started_at))::float8 as seconds
               from vm_requests r join steps s on s.request_id = r.id and s.round = 1
               where r.catalog_item_id = newest.id and r.handed_over_at is not null
               group by r.id order by r.handed_over_at desc limit 20) latest) build
     order by newest.spec ->> 'name', newest.id`,
  )
  return rows.map(({ item, policies, ready }) => ({
    item,
    policy: { ...defaultPolicy, ...policies, ...item.leasePolicy },
    ...(ready !== null && { usuallyReadySeconds: ready }),
  }))
}
