/** SSH public keys, decoded from OpenSSH's one-line format (RFC 4253 6.6, RFC 5656, RFC 8709, OpenSSH PROTOCOL.u2f). */

import { WireReader } from './ssh-wire-reader.ts'

export interface SshPublicKey {
  type: string
  base64: string
  comment?: string
  /** Its SHA-256 in unpadded base64 is the fingerprint that `ssh-keygen -l` shows. */
  fingerprintInput: Uint8Array
  /** The one line that goes into authorized_keys. */
  normalized: string
}

export type ParsedSshPublicKey = { ok: true; key: SshPublicKey } | { ok: false; reason: string }

/** Reads what follows the type; answers what is wrong, or undefined. */
type BodyCheck = (reader: WireReader) => string | undefined

const damaged = 'the key is damaged: copy the whole line of the .pub file again'
const longestKey = 16 * 1_024
const longestComment = 200
const minimumRsaBits = 2_048
const maximumRsaBits = 16_384

const ed25519: BodyCheck = (reader) => (reader.bytes().length === 32 ? undefined : damaged)

/** Uncompressed points only: OpenSSH writes and reads no other. */
const ecdsa =
  (curve: string, coordinateBytes: number): BodyCheck =>
  (reader) => {
    if (reader.text() !== curve) return damaged
    const point = reader.bytes()
    return point.length === 1 + 2 * coordinateBytes && point[0] === 4 ? undefined : damaged
  }

const securityKey =
  (inner: BodyCheck): BodyCheck =>
  (reader) =>
    inner(reader) ?? (reader.text() === '' ? damaged : undefined)

const rsa: BodyCheck = (reader) => {
  const exponent = reader.positiveInteger()
  const bits = bitLength(reader.positiveInteger())
  if (bits < minimumRsaBits)
    return `an RSA key needs ${minimumRsaBits} bits or more, this one has ${bits}: make a new key with ssh-keygen -t ed25519`
  if (bits > maximumRsaBits)
    return `an RSA key has at most ${maximumRsaBits} bits, this one has ${bits}: make a new key with ssh-keygen -t ed25519`
  const isOdd = ((exponent.at(-1) ?? 0) & 1) === 1
  return isOdd && bitLength(exponent) > 1 ? undefined : damaged
}

const bodyChecks: Record<string, BodyCheck> = {
  'ssh-ed25519': ed25519,
  'ecdsa-sha2-nistp256': ecdsa('nistp256', 32),
  'ecdsa-sha2-nistp384': ecdsa('nistp384', 48),
  'ecdsa-sha2-nistp521': ecdsa('nistp521', 66),
  'ssh-rsa': rsa,
  'sk-ssh-ed25519@openssh.com': securityKey(ed25519),
  'sk-ecdsa-sha2-nistp256@openssh.com': securityKey(ecdsa('nistp256', 32)),
}

export const sshPublicKeyTypes: readonly string[] = Object.keys(bodyChecks)

/** The key, or what is wrong with this text and what to do about it. */
export function parseSshPublicKey(text: string): ParsedSshPublicKey {
  const line = text.trim()
  const wrongFormat = formatProblem(line)
  if (wrongFormat !== undefined) return { ok: false, reason: wrongFormat }

  const [type = '', base64 = '', ...rest] = line.split(/[ \t]+/)
  const check = Object.hasOwn(bodyChecks, type) ? bodyChecks[type] : undefined
  if (check === undefined) return { ok: false, reason: typeProblem(type, line) }
  if (base64 === '')
    return { ok: false, reason: `after ${type} the key itself is missing: copy the whole line of the .pub file` }

  const blob = decodeBase64(base64)
  if (blob === undefined) return { ok: false, reason: damaged }
  const problem = blobProblem(blob, type, check)
  if (problem !== undefined) return { ok: false, reason: problem }

  const comment = cleanComment(rest.join(' '))
  const normalized = comment === '' ? `${type} ${base64}` : `${type} ${base64} ${comment}`
  return { ok: true, key: { type, base64, ...(comment !== '' && { comment }), fingerprintInput: blob, normalized } }
}

function formatProblem(line: string): string | undefined {
  if (line === '') return 'the key is empty: paste the line of your .pub file'
  if (/PRIVATE KEY|^PuTTY-User-Key-File/.test(line))
    return 'this is a private key, never give it to anybody: paste the line of the .pub file instead'
  if (/^-+ ?BEGIN /.test(line))
    return 'this is not in OpenSSH’s one-line format: convert it with ssh-keygen -i -f <file> and paste what it prints'
  if (/[\r\n\u2028\u2029]/.test(line)) return 'these are several lines: give one key per field, on one line'
  if (line.length > longestKey) return 'the key is longer than 16 KiB: paste one key only'
  return undefined
}

function typeProblem(type: string, line: string): string {
  const accepted = 'make a new key with ssh-keygen -t ed25519'
  if (type === 'ssh-dss') return `DSA keys are no longer safe and are refused: ${accepted}`
  if (type.includes('-cert-v0')) return 'this is a certificate: paste the public key that it was made for'
  if (sshPublicKeyTypes.some((known) => line.includes(`${known} AAAA`)))
    return 'options before the key are not allowed: remove everything before the key’s type'
  if (/^AAAA[A-Za-z0-9+/]/.test(type))
    return 'the type before the key is missing: copy the whole line of the .pub file, it begins with ssh- or ecdsa-'
  return `${JSON.stringify(type.slice(0, 40))} is not a key type that is accepted (${sshPublicKeyTypes.join(', ')}): ${accepted}`
}

function blobProblem(blob: Uint8Array, type: string, check: BodyCheck): string | undefined {
  const reader = new WireReader(blob)
  const inside = reader.text()
  if (reader.failed) return damaged
  if (inside !== type)
    return `the text says ${type} but the key inside is of another type: copy the whole line of the .pub file again`
  const problem = check(reader)
  if (reader.failed) return damaged
  return problem ?? (reader.atEnd ? undefined : damaged)
}

/** Only canonical base64, so that one key has one text. */
function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined
  const binary = atob(text)
  return btoa(binary) === text ? Uint8Array.from(binary, (character) => character.charCodeAt(0)) : undefined
}

function bitLength(bigEndian: Uint8Array): number {
  const first = bigEndian.findIndex((byte) => byte !== 0)
  return first === -1 ? 0 : (bigEndian.length - first) * 8 - Math.clz32(bigEndian[first] ?? 0) + 24
}

/** A comment is shown to people and written into files: nothing invisible, nothing that changes the direction of text. */
const cleanComment = (comment: string): string =>
  [
    ...comment
      .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
      .replace(/\s+/g, ' ')
      .trim(),
  ]
    .slice(0, longestComment)
    .join('')
    .trim()
