import { text } from 'node:stream/consumers'
import ssh2 from 'ssh2'
import { guestSshPort } from '../guest/guest-ssh.ts'

interface SshLogin {
  host: string
  username: string
  privateKey: string
}

/** Runs one command in a simulated guest, as the developer's `ssh` would. Rejects if the guest does not let it in. */
export async function sshRun(login: SshLogin, command: string): Promise<{ output: string; exitCode: number }> {
  const client = new ssh2.Client()
  try {
    await new Promise((done, fail) => {
      client
        .on('ready', () => done(undefined))
        .on('error', fail)
        .connect({ ...login, port: guestSshPort })
    })
    return await new Promise((done, fail) => {
      client.exec(command, (error, channel) => {
        if (error !== undefined) return fail(error)
        const output = text(channel)
        channel.on('exit', (exitCode: number) => {
          output.then((said) => done({ output: said, exitCode }), fail)
        })
      })
    })
  } finally {
    client.end()
  }
}
