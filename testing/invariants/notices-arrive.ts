import type { Evidence } from './evidence.ts'

/**
 * I9: each notice arrives, the last ones within the bound after the end of their request, and is shown once: there is one
 * row for its key, and a mail sent twice has that row's Message-ID.
 */
export async function noticesArrive({ database, mails, boundSeconds = 0 }: Evidence): Promise<string[]> {
  if (mails === undefined) return []
  // Notices are delivered meanwhile: a mail is there before its notice counts as delivered, and after its notice.
  const before = await mails()
  const { rows } = await database.pool.query<NoticeRow>(
    `select n.id, n.event, n.recipient, n.state, r.closed_at + make_interval(secs => $1) <= now() as "isOver"
     from notices n join vm_requests r on r.id = n.request_id where n.channel = 'mail'`,
    [boundSeconds],
  )
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
      .filter(({ state, isOver }) => state === 'pending' && isOver === true)
      .map(({ id, event }) => `I9: notice ${id} (${event}) was never delivered, and its request has ended`),
    ...before
      .filter(({ messageId }) => !known.has(messageId))
      .map(({ messageId, to, subject }) => `I9: mail ${messageId} to ${to} (${subject}) is no notice's`),
  ]
}

interface NoticeRow {
  id: string
  event: string
  recipient: string
  state: string
  isOver: boolean | null
}

const messageIdOf = (id: string): string => `<${id}@berth>`
