import { createTransport } from 'nodemailer'
import type { Courier } from '@berth/activities/control-plane/control-plane-ports.ts'

export interface MailCourier extends Courier {
  close(): void
}

/** Delivers notices by SMTP. The notice's id is the Message-ID, so that a mail sent twice is shown once. */
export function createMailCourier(smtpUrl: string, from: string): MailCourier {
  const transport = createTransport({ url: smtpUrl, pool: true, connectionTimeout: 10_000, socketTimeout: 20_000 })
  return {
    async deliver({ id, recipient, subject, text }) {
      const sent = await transport.sendMail({ from, to: recipient, subject, text, messageId: `<${id}@berth>` })
      return { receipt: sent.response }
    },
    close: () => transport.close(),
  }
}
