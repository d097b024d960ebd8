import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { testServers } from '@berth/testing/test-servers.ts'
import { addressFrom, vcsimArguments } from '@berth/testing/vcsim.ts'
import type { CertificateCheck } from './certificate-check.ts'
import type { SoapMethod } from './element-order.ts'
import { createSoapClient } from './soap-client.ts'

const account = { username: 'berth-agent', password: 'secret' }

describe('vCenter’s certificate', () => {
  let vcsim: ChildProcess
  let url: string
  let certificate: { pem: string; thumbprint: string }

  beforeAll(async () => {
    const site = { listen: '127.0.0.1:0', ...account, vms: 0 }
    const child = spawn(testServers.vcsimBinary, [...vcsimArguments({}, site), '-tls=true'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    vcsim = child
    url = await addressFrom(child.stdout)
    certificate = await certificateOf(new URL(url))
  })
  afterAll(async () => {
    vcsim.kill('SIGTERM')
    await once(vcsim, 'exit')
  })

  /** What became of a login, and what was sent for it. */
  const logIn = async (check: CertificateCheck) => {
    const calls: SoapMethod[] = []
    const client = createSoapClient({ url, ...account, ...check, onCall: (method) => calls.push(method) })
    const outcome = await client.serviceContent().then(
      () => 'logged in',
      (error: Error) => error.message,
    )
    await client.close()
    return { outcome, triedToLogIn: calls.includes('Login') }
  }

  test('of an unknown authority is refused, and no password is sent', async () => {
    const { outcome, triedToLogIn } = await logIn({})
    expect(outcome).toMatch(/certificate/)
    expect(triedToLogIn).toBe(false)
  })

  test('of a configured authority is accepted', async () => {
    expect((await logIn({ ca: certificate.pem })).outcome).toBe('logged in')
  })

  test('with the configured thumbprint is accepted, however it is written', async () => {
    const { thumbprint } = certificate
    expect((await logIn({ thumbprint })).outcome).toBe('logged in')
    expect((await logIn({ thumbprint: thumbprint.replaceAll(':', '').toLowerCase() })).outcome).toBe('logged in')
  })

  test('with another thumbprint is refused, and no password is sent', async () => {
    const { outcome, triedToLogIn } = await logIn({ thumbprint: '00'.repeat(32) })
    expect(outcome).toContain('not the configured one')
    expect(triedToLogIn).toBe(false)
  })
})

async function certificateOf({ hostname, port }: URL) {
  const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const certificate = socket.getPeerX509Certificate()
  socket.destroy()
  if (certificate === undefined) throw new Error('the simulator shows no certificate')
  return { pem: certificate.toString(), thumbprint: certificate.fingerprint256 }
}
