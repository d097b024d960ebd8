import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { createTransport } from 'nodemailer'
import { openMailbox } from './mailbox.ts'
import type { StoredMessage } from './mailbox.ts'
import { smtpInto } from './smtp.ts'
import { webOf } from './web.ts'

let folder: string
let stop: (() => Promise<void>) | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-mail-'))
})

afterEach(async () => {
  await stop?.()
  await rm(folder, { recursive: true })
})

test('a mail is listed for each of its recipients, with subject, text and HTML', async () => {
  const sink = await startSink()
  await sink.send({ to: 'ada@example.com, bob@example.com', subject: 'Ihr Gerät', text: 'plain', html: '<p>rich</p>' })

  expect(await sink.messages('ada@example.com')).toEqual([
    expect.objectContaining({ to: 'ada@example.com', subject: 'Ihr Gerät', text: 'plain\n', html: '<p>rich</p>\n' }),
  ])
  expect(await sink.messages('bob@example.com')).toHaveLength(1)
  expect(await sink.messages('eve@example.com')).toEqual([])
})

test('a mail that was accepted is still there after a restart', async () => {
  const first = await startSink()
  await first.send({ to: 'ada@example.com', subject: 'kept', text: 'plain' })
  await first.stop()

  const second = await startSink()
  expect((await second.messages('ada@example.com')).map((message) => message.subject)).toEqual(['kept'])
})

test('the readable list shows a mail without running its markup', async () => {
  const sink = await startSink()
  await sink.send({ to: 'ada@example.com', subject: '<script>alert(1)</script>', text: 'plain' })

  const page = await (await fetch(sink.url)).text()
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  expect(page).not.toContain('<script>')
})

async function startSink() {
  const mailbox = await openMailbox(folder)
  const smtp = smtpInto(mailbox)
  const web = webOf(mailbox)
  await once(smtp.listen(0, '127.0.0.1'), 'listening')
  await once(web.listen(0, '127.0.0.1'), 'listening')
  const transport = createTransport({ host: '127.0.0.1', port: (smtp.server.address() as AddressInfo).port })
  const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}`
  stop = async () => {
    stop = undefined
    transport.close()
    web.closeAllConnections()
    await Promise.all([new Promise<void>((done) => smtp.close(done)), new Promise((done) => web.close(done))])
  }
  return {
    url,
    stop,
    send: (mail: { to: string; subject: string; text: string; html?: string }) =>
      transport.sendMail({ from: 'berth@example.com', ...mail }),
    messages: async (to: string) =>
      (await (await fetch(`${url}/messages?to=${encodeURIComponent(to)}`)).json()) as StoredMessage[],
  }
}
