import type { Instant } from '@berth/domain/instant.ts'
import type { NoticeEvent } from '@berth/domain/notice.ts'
import type { Database } from './connect.ts'
import { withoutNulls } from './without-nulls.ts'

export interface UndeliveredNotice {
  id: string
  requestId: string
  vmName: string
  event: NoticeEvent
  channel: string
  recipient: string
  state: 'pending' | 'undelivered'
  createdAt: Instant
  attempts: number
  lastError?: string
}

/** Nobody tries it any more, or it has failed for a day: people should know, even if a warning is still tried. */
const tooOld = `(n.state = 'pending' and n.created_at < now() - interval '24 hours')`

/** What a delivery failed for, newest first. */
export async function undeliveredNotices({ pool }: Database, limit = 200): Promise<UndeliveredNotice[]> {
  const { rows } = await pool.query<Omit<UndeliveredNotice, 'lastError'> & { lastError: string | null }>(
    `select n.id, n.request_id as "requestId", r.vm_name as "vmName", n.event, n.channel, n.recipient,
            case when ${tooOld} then 'undelivered' else n.state end as state,
            n.created_at as "createdAt", n.attempts, n.last_error as "lastError"
     from notices n join vm_requests r on r.id = n.request_id
     where n.state = 'undelivered' or (n.state = 'pending' and n.attempts > 0) or ${tooOld}
     order by n.created_at desc, n.id limit $1`,
    [limit],
  )
  return rows.map((row) => withoutNulls(row))
}
