import { text } from 'node:stream/consumers'
import ssh2 from 'ssh2'

export interface KeyPair {
  publicKey: string
  privateKey: string
}

export interface SshAddress {
  user: string
  host: string
  port: number
}

export function newKeyPair(comment: string): KeyPair {
  const { public: publicKey, private: privateKey } = ssh2.utils.generateKeyPairSync('ed25519', { comment })
  return { publicKey, privateKey }
}

/** Where an `ssh` line leads. */
export function sshAddressOf(line: string): SshAddress {
  const port = /-p (\d+)/.exec(line)?.[1] ?? '22'
  const [, user, host] = /(\S+)@(\S+)/.exec(line) ?? []
  if (!line.startsWith('ssh ') || user === undefined || host === undefined) throw new Error(`not an ssh line: ${line}`)
  return { user, host, port: Number(port) }
}

/** What the command says over there. Rejects if the key is not let in. */
export async function sshRun(
  { user, host, port }: SshAddress,
  { privateKey }: KeyPair,
  command: string,
): Promise<string> {
  const client = new ssh2.Client()
  try {
    await new Promise<void>((resolve, reject) => {
      client.on('ready', () => resolve()).on('error', reject)
      client.connect({ host, port, username: user, privateKey, readyTimeout: 10_000 })
    })
    return await new Promise<string>((resolve, reject) => {
      client.exec(command, (error, channel) => {
        if (error !== undefined) reject(error)
        else text(channel).then((said) => resolve(said.trim()), reject)
      })
    })
  } finally {
    client.end()
  }
}
