import type { Evidence } from './evidence.ts'

/**
 * I9: each notice arrives, the last ones before their workflow ends, and is shown once: there is one row for its key, and a
 * mail sent twice has that row's Message-ID.
 */
export async function noticesArrive({ database, mails, workflows = [] }: Evidence): Promise<string[]> {
  if (mails === undefined) return []
  // Notices are delivered meanwhile: a mail is there before its notice counts as delivered, and after its notice.
  const before = await mails()
  const { rows } = await database.pool.query<NoticeRow>(
    `select n.id, n.request_id as "requestId", n.event, n.recipient, n.state, r.closed_at is not null as "isClosed"
     from notices n join vm_requests r on r.id = n.request_id where n.channel = 'mail'`,
  )
  const delivering = new Set(workflows.filter(({ isRunning }) => isRunning).map(({ requestId }) => requestId))
  const arrived = new Set((await mails()).map(({ messageId }) => messageId))
  const known = new Set(rows.map(({ id }) => messageIdOf(id)))
  return [
    ...rows
      .filter(({ id, state }) => state === 'delivered' && !arrived.has(messageIdOf(id)))
      .map(
        ({ id, event, recipient }) =>
          `I9: notice ${id} (${event}) counts as delivered, but ${recipient} has no such mail`,
      ),
    ...rows
      .filter(({ requestId, state, isClosed }) => state === 'pending' && isClosed && !delivering.has(requestId))
      .map(({ id, event }) => `I9: notice ${id} (${event}) was never delivered, and its request has ended`),
    ...before
      .filter(({ messageId }) => !known.has(messageId))
      .map(({ messageId, to, subject }) => `I9: mail ${messageId} to ${to} (${subject}) is no notice's`),
  ]
}

interface NoticeRow {
  id: string
  requestId: string
  event: string
  recipient: string
  state: string
  isClosed: boolean
}

const messageIdOf = (id: string): string => `<${id}@berth>`
