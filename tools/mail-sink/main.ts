import { once } from 'node:events'
import { join } from 'node:path'
import { readConfig } from './config.ts'
import { openMailbox } from './mailbox.ts'
import { smtpInto } from './smtp.ts'
import { webOf } from './web.ts'

const config = readConfig()
const mailbox = await openMailbox(join(config.home, 'mail'))
const smtp = smtpInto(mailbox)
const web = webOf(mailbox)

await once(smtp.listen(config.smtpPort, '127.0.0.1'), 'listening')
await once(web.listen(config.httpPort, '127.0.0.1'), 'listening')
console.log('mail sink ready')

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0))
