import { createHash, generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import ssh2 from 'ssh2'
import { parseSshPublicKey, sshPublicKeyTypes } from './ssh-public-key.ts'

const field = (content: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(content)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
const lineOf = (type: string, ...fields: (string | Uint8Array)[]): string =>
  `${type} ${Buffer.concat([field(type), ...fields.map(field)]).toString('base64')}`

const point = (coordinateBytes: number) => Buffer.concat([Buffer.from([4]), Buffer.alloc(2 * coordinateBytes, 7)])
const anEd25519Key = lineOf('ssh-ed25519', Buffer.alloc(32, 9))
const modulus = (bits: number) => Buffer.concat([Buffer.from([0, 0x80]), Buffer.alloc(bits / 8 - 1, 1)])
const exponent = Buffer.from([1, 0, 1])

/** Keys as `ssh-keygen` makes them, by Node's own generator and ssh2's writer. */
const generated = [
  { type: 'ssh-ed25519', line: ssh2.utils.generateKeyPairSync('ed25519').public },
  { type: 'ecdsa-sha2-nistp256', line: ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 }).public },
  { type: 'ecdsa-sha2-nistp384', line: ssh2.utils.generateKeyPairSync('ecdsa', { bits: 384 }).public },
  { type: 'ecdsa-sha2-nistp521', line: ssh2.utils.generateKeyPairSync('ecdsa', { bits: 521 }).public },
  { type: 'ssh-rsa', line: ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 }).public },
]

const reasonOf = (text: string): string => {
  const parsed = parseSshPublicKey(text)
  return parsed.ok ? 'accepted' : parsed.reason
}

describe('keys that are accepted', () => {
  test.each(generated)('a generated $type key reads as ssh2 reads it', ({ type, line }) => {
    const parsed = parseSshPublicKey(`${line.trim()} alex@laptop\n`)
    const theirs = ssh2.utils.parseKey(line)
    if (theirs instanceof Error || !parsed.ok) throw new Error('not read')
    expect(parsed.key).toMatchObject({ type, comment: 'alex@laptop' })
    expect(theirs.type).toBe(type)
    expect(Buffer.from(parsed.key.fingerprintInput).equals(theirs.getPublicSSH())).toBe(true)
    expect(ssh2.utils.parseKey(parsed.key.normalized)).not.toBeInstanceOf(Error)
    expect(createHash('sha256').update(parsed.key.fingerprintInput).digest('base64')).toHaveLength(44)
  })

  test('an Ed25519 key made by Node’s own generator keeps its 32 bytes', () => {
    const { publicKey } = generateKeyPairSync('ed25519')
    const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)
    const parsed = parseSshPublicKey(lineOf('ssh-ed25519', raw))
    expect(parsed.ok && Buffer.from(parsed.key.fingerprintInput).subarray(-32).equals(raw)).toBe(true)
  })

  test.each([
    lineOf('sk-ssh-ed25519@openssh.com', Buffer.alloc(32, 1), 'ssh:'),
    lineOf('sk-ecdsa-sha2-nistp256@openssh.com', 'nistp256', point(32), 'ssh:'),
    lineOf('ssh-rsa', exponent, modulus(4096)),
  ])('%s is accepted', (line) => {
    expect(parseSshPublicKey(line)).toMatchObject({ ok: true, key: { normalized: line } })
  })

  test('the accepted types are known to people', () => {
    expect(sshPublicKeyTypes).toHaveLength(7)
  })

  test('a comment keeps its words and loses what is invisible', () => {
    const parsed = parseSshPublicKey(`${anEd25519Key}  Zoë’s\tlaptop \u202e\u0007\u200b(work) `)
    expect(parsed.ok && parsed.key.comment).toBe('Zoë’s laptop (work)')
    expect(parsed.ok && parsed.key.normalized).toBe(`${anEd25519Key} Zoë’s laptop (work)`)
  })

  test('a long comment is cut', () => {
    const parsed = parseSshPublicKey(`${anEd25519Key} ${'x'.repeat(1_000)}`)
    expect(parsed.ok && parsed.key.comment).toHaveLength(200)
  })

  test('what is normalized reads as itself', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.string({ unit: 'grapheme' }), (raw, comment) => {
        const parsed = parseSshPublicKey(`${lineOf('ssh-ed25519', raw)} ${comment.replace(/[\r\n\u2028\u2029]/g, ' ')}`)
        if (!parsed.ok) return expect(comment).toMatch(/PRIVATE KEY/)
        expect(parseSshPublicKey(parsed.key.normalized)).toEqual(parsed)
        expect(parsed.key.normalized).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
      }),
    )
  })
})

describe('keys that are refused, and why', () => {
  test.each([
    { text: '', says: 'empty' },
    { text: '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----', says: 'private key' },
    { text: '-----BEGIN RSA PRIVATE KEY----- abc', says: 'private key' },
    { text: 'PuTTY-User-Key-File-3: ssh-ed25519', says: 'private key' },
    { text: '---- BEGIN SSH2 PUBLIC KEY ----\nAAAA', says: 'ssh-keygen -i' },
    { text: '-----BEGIN PUBLIC KEY-----\nAAAA', says: 'ssh-keygen -i' },
    { text: `${anEd25519Key}\n${anEd25519Key}`, says: 'several lines' },
    { text: `${anEd25519Key} a\rssh-rsa b`, says: 'several lines' },
    { text: `command="rm -rf /" ${anEd25519Key}`, says: 'options' },
    { text: `no-pty,from="10.0.0.0/8" ${anEd25519Key}`, says: 'options' },
    { text: anEd25519Key.split(' ')[1] ?? '', says: 'type before the key is missing' },
    { text: 'ssh-ed25519', says: 'key itself is missing' },
    { text: lineOf('ssh-dss', 'p', 'q', 'g', 'y'), says: 'DSA' },
    { text: lineOf('ssh-ed25519-cert-v01@openssh.com', 'x'), says: 'certificate' },
    { text: 'hello world', says: '"hello" is not a key type' },
    { text: 'constructor AAAA', says: 'is not a key type' },
    { text: 'ssh-ed25519 AAAA', says: 'damaged' },
    { text: 'ssh-ed25519 not*base64', says: 'damaged' },
    { text: anEd25519Key.replace('ssh-ed25519 ', 'ssh-rsa '), says: 'of another type' },
    { text: lineOf('ssh-ed25519', Buffer.alloc(31)), says: 'damaged' },
    { text: lineOf('ssh-ed25519', Buffer.alloc(33)), says: 'damaged' },
    { text: lineOf('ssh-ed25519', Buffer.alloc(32), 'more'), says: 'damaged' },
    { text: lineOf('ecdsa-sha2-nistp256', 'nistp384', point(32)), says: 'damaged' },
    { text: lineOf('ecdsa-sha2-nistp256', 'nistp256', point(48)), says: 'damaged' },
    { text: lineOf('ecdsa-sha2-nistp256', 'nistp256', Buffer.alloc(65, 2)), says: 'damaged' },
    { text: lineOf('sk-ssh-ed25519@openssh.com', Buffer.alloc(32)), says: 'damaged' },
    { text: lineOf('sk-ssh-ed25519@openssh.com', Buffer.alloc(32), ''), says: 'damaged' },
    { text: lineOf('ssh-rsa', exponent, modulus(1024)), says: 'needs 2048 bits or more, this one has 1024' },
    { text: lineOf('ssh-rsa', exponent, modulus(32_768)), says: 'at most 16384 bits' },
    { text: lineOf('ssh-rsa', Buffer.from([2]), modulus(2048)), says: 'damaged' },
    { text: lineOf('ssh-rsa', Buffer.from([1]), modulus(2048)), says: 'damaged' },
    { text: lineOf('ssh-rsa', exponent, modulus(2048).subarray(1)), says: 'damaged' },
    { text: lineOf('ssh-rsa', Buffer.from([0, 1, 0, 1]), modulus(2048)), says: 'damaged' },
    { text: `ssh-ed25519 ${'A'.repeat(20_000)}`, says: 'longer than 16 KiB' },
  ])('$says', ({ text, says }) => {
    expect(reasonOf(text)).toContain(says)
  })

  test('a refusal never repeats a private key', () => {
    expect(reasonOf('-----BEGIN OPENSSH PRIVATE KEY-----\nsecret\n-----END OPENSSH PRIVATE KEY-----')).not.toContain(
      'secret',
    )
  })

  test('a cut or lengthened key is refused', () => {
    const [type, base64 = ''] = anEd25519Key.split(' ')
    const blob = Buffer.from(base64, 'base64')
    fc.assert(
      fc.property(
        fc.nat(blob.length - 1),
        (length) => reasonOf(`${type} ${blob.subarray(0, length).toString('base64')}`) !== 'accepted',
      ),
    )
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        (more) => reasonOf(`${type} ${Buffer.concat([blob, more]).toString('base64')}`) !== 'accepted',
      ),
    )
  })

  test('no text makes it throw, and what it accepts ssh2 reads too', () => {
    const words = fc.array(
      fc.oneof(fc.constantFrom(...sshPublicKeyTypes), fc.base64String({ maxLength: 200 }), fc.string()),
      { maxLength: 4 },
    )
    fc.assert(
      fc.property(words, (parts) => {
        const parsed = parseSshPublicKey(parts.join(' '))
        if (parsed.ok) expect(ssh2.utils.parseKey(parsed.key.normalized)).not.toBeInstanceOf(Error)
        else expect(parsed.reason).not.toBe('')
      }),
      { numRuns: 1_000 },
    )
  })

  test('any damage to the bytes of a key is either refused or read alike by ssh2', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...generated),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        ({ type, line }, at, flip) => {
          const blob = Buffer.from(line.split(' ')[1] ?? '', 'base64')
          const place = at % blob.length
          blob[place] = (blob[place] ?? 0) ^ flip
          const parsed = parseSshPublicKey(`${type} ${blob.toString('base64')}`)
          if (parsed.ok) expect(Buffer.from(parsed.key.fingerprintInput).equals(blob)).toBe(true)
        },
      ),
    )
  })
})
