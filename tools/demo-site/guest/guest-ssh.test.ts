import { afterEach, describe, expect, test } from '@jest/globals'
import ssh2 from 'ssh2'
import { sshKeyPair } from '../testing/ssh-key-pair.ts'
import { sshRun } from '../testing/ssh-run.ts'
import { guestSshPort, newHostKey, serveSsh } from './guest-ssh.ts'
import type { GuestSsh } from './guest-ssh.ts'

const host = '127.12.34.56'
const keys = sshKeyPair()
const rsaKeys = ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 })
const users = [{ name: 'ada', authorizedKeys: ['not a key', keys.public, rsaKeys.public] }]
const machine = {
  ...{ hostName: 'web-1', osName: 'Ubuntu', osId: 'ubuntu', osVersion: '24.04' },
  ...{ vCpu: 2, memoryMiB: 4_096, diskGiB: 20, bootedAt: Date.now() },
}
const login = { host, username: 'ada', privateKey: keys.private }

let guest: GuestSsh | undefined

afterEach(async () => {
  await guest?.stop()
  guest = undefined
})

describe('over SSH a guest', () => {
  test('runs commands one after the other and tells the last exit code', async () => {
    guest = await serveSsh(host, newHostKey(), users, machine)
    expect(await sshRun(login, 'hostname; echo "a  b" && false && whoami')).toEqual({
      output: 'web-1\na  b\n',
      exitCode: 1,
    })
    expect(await sshRun(login, 'rm -rf /')).toEqual({ output: 'rm: command not found\n', exitCode: 127 })
  })

  test('accepts RSA keys too', async () => {
    guest = await serveSsh(host, newHostKey(), users, machine)
    expect((await sshRun({ ...login, privateKey: rsaKeys.private }, 'whoami')).output).toBe('ada\n')
  })

  test('has a shell with welcome, prompt, echo and correction', async () => {
    guest = await serveSsh(host, newHostKey(), users, machine)
    const said = await typeIntoShell('whoax\u007fmi\rexit\r')
    expect(said).toContain('Welcome to Ubuntu 24.04')
    expect(said).toContain('lease')
    expect(said).toContain('ada@web-1:~$ whoax\b \bmi\r\nada\r\n')
    expect(said).toMatch(/logout\r\n$/)
  })

  test('drops everybody when its power goes', async () => {
    guest = await serveSsh(host, newHostKey(), users, machine)
    const client = new ssh2.Client()
    const closed = new Promise<void>((done) => client.on('close', () => done()).on('error', () => undefined))
    await new Promise<void>((done) => client.on('ready', () => done()).connect({ ...login, port: guestSshPort }))
    await guest.stop()
    guest = undefined
    await closed
    await expect(sshRun(login, 'hostname')).rejects.toThrow('ECONNREFUSED')
  })
})

async function typeIntoShell(keystrokes: string): Promise<string> {
  const client = new ssh2.Client()
  await new Promise<void>((done) => client.on('ready', () => done()).connect({ ...login, port: guestSshPort }))
  const said = await new Promise<string>((done, fail) => {
    client.shell((error, channel) => {
      if (error !== undefined) return fail(error)
      let text = ''
      channel.on('data', (data: Buffer) => (text += data.toString()))
      channel.on('close', () => done(text))
      channel.write(keystrokes)
    })
  })
  const closed = new Promise<void>((done) => client.on('close', () => done()))
  client.end()
  await closed
  return said
}
