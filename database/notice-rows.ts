import { instantOf, type Instant } from '@berth/domain/instant.ts'
import type { NoticeAudience, NoticeOrder } from '@berth/domain/notice.ts'
import { berthItself, type Change } from '@berth/domain/transition.ts'
import { noticeText, type NoticeContext } from './notice-text.ts'
import type { Queryable } from './transaction.ts'
import type { VmRequestRow } from './vm-request-row.ts'
import { whoReleased } from './who-released.ts'

/** Addresses of an audience; $1 is the request. Nobody is told twice. */
const recipients: Record<NoticeAudience, string> = {
  owner: `
    select u.email from vm_requests r join users u on u.id = r.owner_id where r.id = $1
    union select t.notify from vm_requests r join teams t on t.id = r.team_id where r.id = $1`,
  approvers: `
    select coalesce(ta.email, u.email)
    from approvals a join vm_requests r on r.id = a.request_id cross join unnest(a.approvers) as approver
      left join team_approvers ta on ta.team_id = r.team_id and ta.user_id = approver
      left join users u on u.id = approver
    where a.request_id = $1 and a.opened_at is not null and a.decision is null
    group by 1`,
  operators: `select email from users where roles && array['operator', 'admin'] and $1::uuid is not null group by email`,
}

/** Adds one pending row a recipient, where there is none yet. */
export async function addNotices(
  client: Queryable,
  request: VmRequestRow,
  orders: readonly NoticeOrder[],
  at: Instant,
  publicUrl: string,
): Promise<void> {
  if (orders.length === 0) return
  const context = await noticeContext(client, request)
  for (const order of orders) {
    const { subject, text } = noticeText(request, context, order, publicUrl)
    await client.query(
      `insert into notices (id, request_id, event, audience, grant_number, stage, channel, recipient, subject, text, state, created_at)
       select gen_random_uuid(), $1::uuid, $2, $3, $4, $5, 'mail', recipient, $6, $7, 'pending', $8
       from (${recipients[order.audience]}) as told (recipient) where recipient is not null
       on conflict (request_id, event, grant_number, stage, channel, recipient) do nothing`,
      [request.id, order.event, order.audience, order.grantNumber, order.stage, subject, text, at],
    )
  }
}

export async function noticeContext(client: Queryable, request: VmRequestRow): Promise<NoticeContext> {
  const { rows } = await client.query<Row>(
    `select (select display_name from users where id = $2) as name,
            (select max(opened_at) from approvals where request_id = $1 and decision is null) as "openedAt",
            exists (select 1 from steps where request_id = $1 and name = 'clone' and round = $3 and attempt > 0) as "wasCloned",
            (select coalesce(u.display_name, a.by) from audit_entries a left join users u on u.id = a.by
             where a.request_id = $1 and a.by <> $4 and a.event in ('cancelled', 'cancelRequested')
             order by a.seq desc limit 1) as "cancelledBy",
            ${whoReleased('$1')} is distinct from $2 as "isReleasedByOther"`,
    [request.id, request.owner_id, request.round, berthItself],
  )
  const {
    name = null,
    openedAt = null,
    wasCloned = false,
    cancelledBy = null,
    isReleasedByOther = false,
  } = rows[0] ?? {}
  return {
    ownerName: name ?? 'Somebody',
    wasCloned,
    now: instantOf(Date.now()),
    isReleasedByOther,
    ...(openedAt !== null && { approvalOpenedAt: openedAt }),
    ...(cancelledBy !== null && { cancelledBy }),
  }
}

interface Row {
  name: string | null
  openedAt: Instant | null
  wasCloned: boolean
  cancelledBy: string | null
  isReleasedByOther: boolean
}

/** The operator told the owner some other way, and says so. */
export async function addWarningInPerson(
  client: Queryable,
  request: VmRequestRow,
  warning: NonNullable<Change['warning']>,
  by: string,
): Promise<void> {
  await client.query(
    `insert into notices (id, request_id, event, audience, grant_number, stage, channel, recipient, subject, text, state, receipt, created_at, delivered_at)
     values (gen_random_uuid(), $1, $2, 'owner', $3, $4, 'inPerson', $5, 'Told in person', '', 'delivered', $6, $7, $7)
     on conflict (request_id, event, grant_number, stage, channel, recipient) do nothing`,
    [
      request.id,
      warning.event,
      warning.grantNumber,
      warning.stage,
      request.owner_id,
      `stated by ${by}`,
      warning.deliveredAt,
    ],
  )
}
