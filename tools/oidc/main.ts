import { once } from 'node:events'
import { readConfig } from './config.ts'
import { providerFor } from './provider.ts'
import { signInServer } from './sign-in-server.ts'

const config = readConfig()
const server = signInServer(providerFor(config))
await once(server.listen(config.port, '127.0.0.1'), 'listening')
console.log('oidc ready')

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0))
