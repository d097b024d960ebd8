import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { CertificateCheck } from './certificate-check.ts'
import { createSoapClient } from './soap-client.ts'

describe('vCenter’s certificate', () => {
  let server: Server
  let certificate: string
  let requests = 0

  beforeAll(async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'berth-'))
    const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')]
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '1',
        ...subject,
        '-keyout',
        key,
        '-out',
        cert,
      ],
      { stdio: 'ignore' },
    )
    certificate = readFileSync(cert, 'utf8')
    server = createServer({ key: readFileSync(key), cert: certificate }, (_incoming, outgoing) => {
      requests += 1
      outgoing.end('reached')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterAll(async () => {
    server.close()
    await once(server, 'close')
  })

  /** The server speaks no SOAP: an answer to that effect means that it was reached. */
  const said = async (check: CertificateCheck) => {
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/sdk`
    const client = createSoapClient({ url, username: 'u', password: 'p', ...check })
    const message = await client.serviceContent().then(
      () => 'answered',
      (error: Error) => error.message,
    )
    await client.close()
    return message
  }

  test('of an unknown authority is refused before anything is sent', async () => {
    expect(await said({})).toContain('self-signed certificate')
    expect(requests).toBe(0)
  })

  test('of a configured authority is accepted', async () => {
    expect(await said({ ca: certificate })).toContain('without a SOAP answer')
  })

  test('with the configured thumbprint is accepted, and with another refused before anything is sent', async () => {
    const { fingerprint256 } = new X509Certificate(certificate)
    expect(await said({ thumbprint: fingerprint256 })).toContain('without a SOAP answer')
    expect(await said({ thumbprint: fingerprint256.replaceAll(':', '').toLowerCase() })).toContain(
      'without a SOAP answer',
    )
    const before = requests
    expect(await said({ thumbprint: '00'.repeat(32) })).toContain('not the configured one')
    expect(requests).toBe(before)
  })
})
