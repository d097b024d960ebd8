import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'

/** One message as one recipient got it. */
export interface StoredMessage {
  id: string
  to: string
  from: string
  subject: string
  text: string
  html: string
  messageId: string
  receivedAt: string
}

export interface Mailbox {
  /** Returns when the message is on disk: only then may the sender be told that it was accepted. */
  add(message: Omit<StoredMessage, 'id'>): Promise<void>
  /** Oldest first. */
  messagesTo(recipient: string | undefined): StoredMessage[]
  find(id: string): StoredMessage | undefined
}

/** Opens the mailbox in a folder, with all that it received in earlier runs. */
export async function openMailbox(folder: string): Promise<Mailbox> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const messages = await readMessages(folder)
  return {
    async add(message) {
      const stored = { id: `${message.receivedAt.replaceAll(/\D/g, '')}-${randomUUID()}`, ...message }
      await writeDurably(join(folder, `${stored.id}.json`), JSON.stringify(stored))
      messages.push(stored)
    },
    messagesTo: (recipient) =>
      recipient === undefined
        ? [...messages]
        : messages.filter((message) => message.to.toLowerCase() === recipient.toLowerCase()),
    find: (id) => messages.find((message) => message.id === id),
  }
}

async function readMessages(folder: string): Promise<StoredMessage[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()
  const messages: StoredMessage[] = []
  for (const name of names) messages.push(JSON.parse(await readFile(join(folder, name), 'utf8')) as StoredMessage)
  return messages
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(`${path}.part`, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.part`, path)
}
