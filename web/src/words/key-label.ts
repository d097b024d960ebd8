import { parseSshPublicKey } from '@berth/domain/ssh-public-key.ts'
import { unbroken } from './unbroken.ts'

/** How a person tells one of their keys from another: "laptop · ed25519 …q2X". */
export function keyLabel(text: string): string {
  const parsed = parseSshPublicKey(text)
  if (!parsed.ok) return 'unreadable key'
  const { type, base64, comment } = parsed.key
  const short = unbroken(`${type.replace(/^ssh-/, '')} …${base64.replace(/=+$/, '').slice(-4)}`)
  return comment === undefined ? short : `${comment} · ${short}`
}
