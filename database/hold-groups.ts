import type { FailureCode } from '@berth/domain/failures.ts'
import type { Instant } from '@berth/domain/instant.ts'
import type { HoldStep } from '@berth/domain/vm-request.ts'
import type { Database } from './connect.ts'

export interface HoldCause {
  siteId: string
  step: HoldStep
  code: FailureCode
}

export interface HoldGroupView extends HoldCause {
  requests: number
  since: Instant
  example: string
}

export interface RetryableHold {
  id: string
  siteId: string
  vmName: string
  attempt: number
}

/** What has been given up and is only kept for diagnosis cannot be retried and belongs to no group. */
const retryable = `state = 'held' and hold -> 'actions' ? 'retry'`

/** What requests are held for, the most frequent cause first. */
export async function holdGroups({ pool }: Database, siteId?: string): Promise<HoldGroupView[]> {
  const { rows } = await pool.query<HoldGroupView>(
    `select site_id as "siteId", hold ->> 'step' as step, hold ->> 'code' as code, count(*)::int as requests,
            min(hold ->> 'heldAt') as since, (array_agg(hold ->> 'message' order by hold ->> 'heldAt', id))[1] as example
     from vm_requests where ${retryable} and ($1::text is null or site_id = $1)
     group by 1, 2, 3 order by requests desc, 1, 2, 3`,
    [siteId ?? null],
  )
  return rows
}

/** Those that are held for this cause, first held first. */
export async function heldFor(
  { pool }: Database,
  { siteId, step, code }: HoldCause,
  limit: number,
): Promise<{ holds: RetryableHold[]; left: number }> {
  const { rows } = await pool.query<RetryableHold>(
    `select id, site_id as "siteId", vm_name as "vmName", (hold ->> 'attempt')::int as attempt
     from vm_requests where ${retryable} and site_id = $1 and hold ->> 'step' = $2 and hold ->> 'code' = $3
     order by hold ->> 'heldAt', id`,
    [siteId, step, code],
  )
  return { holds: rows.slice(0, limit), left: Math.max(0, rows.length - limit) }
}
