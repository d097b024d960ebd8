import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { createMailCourier, type MailCourier } from './mail-courier.ts'

const notice = {
  id: '0a4477b7',
  channel: 'mail',
  recipient: 'dev@example.test',
  subject: 'Your VM is ready',
  text: 'ssh -p 2222 …',
} as const

let server: SMTPServer | undefined
let courier: MailCourier | undefined

afterEach(async () => {
  courier?.close()
  await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())))
})

async function courierTo(options: SMTPServerOptions): Promise<MailCourier> {
  const started = new SMTPServer({ authOptional: true, disabledCommands: ['STARTTLS'], ...options })
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
  server = started
  const { port } = started.server.address() as AddressInfo
  courier = createMailCourier(`smtp://127.0.0.1:${port}`, 'Berth <berth@example.test>')
  return courier
}

test('a notice is accepted by the mail server under its own id', async () => {
  let mail = ''
  const to = await courierTo({
    onData(stream, _session, done) {
      stream.setEncoding('utf8')
      stream.on('data', (part: string) => (mail += part))
      stream.on('end', () => done())
    },
  })
  const { receipt } = await to.deliver(notice)
  expect(receipt).toMatch(/^250/)
  expect(mail).toContain('Message-ID: <0a4477b7@berth>')
  expect(mail).toContain('Subject: Your VM is ready')
  expect(mail).toContain('To: dev@example.test')
})

test('a refused recipient is a failure with the server’s words', async () => {
  const to = await courierTo({ onRcptTo: (_address, _session, done) => done(new Error('no such user')) })
  await expect(to.deliver(notice)).rejects.toThrow('no such user')
})
