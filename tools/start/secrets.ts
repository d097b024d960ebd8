import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { demoUsers } from '../oidc/demo-users.ts'
import { writeAtomically } from './write-atomically.ts'

/** Made at the first start of a home and kept, so that sessions and tokens outlive a restart. */
export interface Secrets {
  sessionSecret: string
  oidcClientSecret: string
  vcenterPassword: string
  /** Access tokens of the demo's users, by name. */
  accessTokens: Record<string, string>
}

export function readOrMakeSecrets(home: string): Secrets {
  const file = path.join(home, 'secrets.json')
  const stored = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>) : {}
  const secrets = {
    sessionSecret: secret(),
    oidcClientSecret: secret(),
    vcenterPassword: secret(),
    accessTokens: Object.fromEntries(demoUsers.map(({ username }) => [username, `berth_pat_${secret()}`])),
    ...stored,
  }
  writeAtomically(file, JSON.stringify(secrets, undefined, 2))
  return secrets
}

const secret = (): string => randomBytes(32).toString('base64url')
