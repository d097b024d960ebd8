import { buffer } from 'node:stream/consumers'
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import type { SMTPServerSession } from 'smtp-server'
import type { Mailbox } from './mailbox.ts'

/** Accepts every mail and keeps one copy for each recipient of the envelope. */
export function smtpInto(mailbox: Mailbox): SMTPServer {
  return new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    onData(stream, session, callback) {
      buffer(stream)
        .then((raw) => deliver(raw, session, mailbox))
        .then(
          () => callback(),
          (reason: unknown) => callback(reason instanceof Error ? reason : new Error(String(reason))),
        )
    },
  })
}

async function deliver(raw: Buffer, session: SMTPServerSession, mailbox: Mailbox): Promise<void> {
  const mail = await PostalMime.parse(raw)
  const { mailFrom, rcptTo } = session.envelope
  for (const recipient of rcptTo) {
    await mailbox.add({
      to: recipient.address,
      from: mailFrom === false ? '' : mailFrom.address,
      subject: mail.subject ?? '',
      text: mail.text ?? '',
      html: mail.html ?? '',
      messageId: mail.messageId ?? '',
      receivedAt: new Date().toISOString(),
    })
  }
}
