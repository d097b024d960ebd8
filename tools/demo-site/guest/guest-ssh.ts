import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import ssh2 from 'ssh2'
import type { AuthContext, Connection, ParsedKey, Session } from 'ssh2'
import { runCommand } from './guest-commands.ts'
import { runShell } from './guest-shell.ts'
import type { GuestUser } from './cloud-init.ts'
import type { GuestMachine } from './guest-commands.ts'

export const guestSshPort = 2222

export interface GuestSsh {
  /** Ends every connection at once, as pulling the plug does. */
  stop(): Promise<void>
}

type Machine = Omit<GuestMachine, 'userName'>

/** Serves SSH for exactly these users and keys. Rejects with EADDRINUSE if somebody else has the address. */
export async function serveSsh(
  address: string,
  hostKey: string,
  users: readonly GuestUser[],
  machine: Machine,
): Promise<GuestSsh> {
  const sshServer = new ssh2.Server({ hostKeys: [hostKey], ident: 'OpenSSH_9.6 demo' }, (connection) => {
    // Scanners and clients that go away in the middle are a guest's daily life.
    connection.on('error', () => connection.end())
    admit(connection, users, machine)
  })
  const sockets = new Set<Socket>()
  const listener = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    sshServer.injectSocket(socket)
  })
  await once(listener.listen(guestSshPort, address), 'listening')
  return {
    async stop() {
      const closed = once(listener, 'close')
      listener.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** A new key for every virtual machine: a client must notice when another one has taken the address. */
export function newHostKey(): string {
  for (;;) {
    const key = ssh2.utils.generateKeyPairSync('ed25519').private
    // Now and then ssh2 makes a key that it cannot read itself.
    if (!(ssh2.utils.parseKey(key) instanceof Error)) return key
  }
}

function admit(connection: Connection, users: readonly GuestUser[], machine: Machine): void {
  let userName = ''
  connection.on('authentication', (attempt) => {
    if (!mayEnter(attempt, users)) return attempt.reject(['publickey'])
    userName = attempt.username
    attempt.accept()
  })
  connection.on('ready', () => {
    connection.on('session', (accept) => serveSession(accept(), { ...machine, userName }))
  })
}

function mayEnter(attempt: AuthContext, users: readonly GuestUser[]): boolean {
  if (attempt.method !== 'publickey') return false
  const keys = users.filter((user) => user.name === attempt.username).flatMap((user) => user.authorizedKeys)
  const key = keys.map(parsed).find((candidate) => candidate?.getPublicSSH().equals(attempt.key.data))
  if (key === undefined) return false
  // Without a signature the client only asks whether the key would do.
  if (attempt.signature === undefined || attempt.blob === undefined) return true
  return key.verify(attempt.blob, attempt.signature, attempt.hashAlgo) === true
}

function parsed(line: string): ParsedKey | undefined {
  const key = ssh2.utils.parseKey(line)
  return key instanceof Error ? undefined : key
}

function serveSession(session: Session, machine: GuestMachine): void {
  let hasTerminal = false
  session.on('pty', (accept) => {
    hasTerminal = true
    accept?.()
  })
  session.on('env', (accept) => accept?.())
  session.on('window-change', (accept) => accept?.())
  session.on('shell', (accept) => runShell(accept(), machine, hasTerminal))
  session.on('exec', (accept, _reject, { command }) => {
    const channel = accept()
    const { output, exitCode } = runCommand(command, machine)
    channel.write(hasTerminal ? output.replaceAll('\n', '\r\n') : output)
    channel.exit(exitCode)
    channel.end()
  })
}
