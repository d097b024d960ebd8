import type { X509Certificate } from 'node:crypto'
import { TLSSocket } from 'node:tls'
import { buildConnector } from 'undici'

/** How vCenter's certificate is verified: by the system's authorities unless one of these is given. */
export interface CertificateCheck {
  /** Authorities in PEM. */
  ca?: string
  /** SHA-256 of the certificate itself, in hex; colons are ignored. It then needs no authority. */
  thumbprint?: string
}

/** Verifies before the first byte is sent, so no password reaches the wrong server. */
export function verifyingConnector({ ca, thumbprint }: CertificateCheck): buildConnector.connector {
  if (thumbprint === undefined) return buildConnector(ca === undefined ? {} : { ca })
  const expected = normal(thumbprint)
  // A resumed TLS session shows no certificate to compare: each connection makes a whole handshake.
  const connect = buildConnector({
    rejectUnauthorized: false,
    maxCachedSessions: 0,
    ...(ca === undefined ? {} : { ca }),
  })
  return (options, callback) =>
    connect(options, (...[error, socket]) => {
      if (error !== null) return callback(error, null)
      const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
      if (certificate === undefined || normal(certificate.fingerprint256) !== expected) {
        socket.destroy()
        return callback(new Error(mismatch(certificate)), null)
      }
      return callback(null, socket)
    })
}

const normal = (thumbprint: string) => thumbprint.replaceAll(':', '').toLowerCase()

const mismatch = (certificate: X509Certificate | undefined) =>
  `the server's certificate has thumbprint ${certificate?.fingerprint256 ?? 'none'}, not the configured one`
