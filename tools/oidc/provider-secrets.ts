import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JWK } from 'oidc-provider'

interface ProviderSecrets {
  signingKey: JWK
  cookieKey: string
}

/** The keys of this installation: made at the first start, then kept, since tokens and cookies outlive the process. */
export function providerSecrets(folder: string): ProviderSecrets {
  const path = join(folder, 'secrets.json')
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as ProviderSecrets

  const secrets = { signingKey: newSigningKey(), cookieKey: randomBytes(32).toString('base64url') }
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(`${path}.part`, JSON.stringify(secrets), { mode: 0o600 })
  renameSync(`${path}.part`, path)
  return secrets
}

function newSigningKey(): JWK {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const kid = randomBytes(8).toString('hex')
  return { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }
}
