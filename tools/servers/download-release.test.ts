import { afterEach, describe, expect, test } from '@jest/globals'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { downloadRelease } from './download-release.ts'
import { temporalRelease, vcsimRelease } from './server-release.ts'
import { thisPlatform } from './this-platform.ts'

const archive = Buffer.from('the archive')
const checksum = createHash('sha256').update(archive).digest('hex')
const platform = { os: 'linux', architecture: 'x64' } as const

let server: Server | undefined
let folder: string | undefined

afterEach(async () => {
  server?.closeAllConnections()
  server?.close()
  if (folder) await rm(folder, { recursive: true, force: true })
})

/** A place like the one where the makers publish: a list of checksums and an archive. */
async function publishing(files: Record<string, RequestListener>) {
  server = createServer((request, response) => {
    const answer = files[request.url ?? '']
    if (answer) answer(request, response)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  folder = await mkdtemp(path.join(os.tmpdir(), 'berth-download-'))
  const target = path.join(folder, 'archive')
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const release = { baseUrl, archive: () => 'server.tar.gz', checksums: 'checksums.txt' }
  return { target, download: () => downloadRelease(release, platform, target, { stalledAfterSeconds: 1 }) }
}

const text =
  (content: string | Buffer): RequestListener =>
  (_, response) =>
    response.end(content)

describe('downloading a release', () => {
  test('an archive that is as its release says is kept', async () => {
    const place = await publishing({
      '/checksums.txt': text(`0000  other.tar.gz\n${checksum}  server.tar.gz\n`),
      '/server.tar.gz': text(archive),
    })
    expect(await place.download()).toEqual({ kind: 'downloaded' })
    expect(await readFile(place.target)).toEqual(archive)
  })

  test('an archive with another checksum is refused and not kept', async () => {
    const place = await publishing({
      '/checksums.txt': text(`${'0'.repeat(64)}  server.tar.gz\n`),
      '/server.tar.gz': text(archive),
    })
    expect((await place.download()).kind).toBe('wrongChecksum')
    await expect(readFile(place.target)).rejects.toThrow('ENOENT')
  })

  test('an archive without a checksum is not fetched', async () => {
    const place = await publishing({
      '/checksums.txt': text(`${checksum}  other.tar.gz\n`),
      '/server.tar.gz': text(archive),
    })
    expect(await place.download()).toMatchObject({
      kind: 'notPublished',
      reason: 'checksums.txt does not list server.tar.gz',
    })
  })

  test('a release that is not there says which address answered what', async () => {
    const place = await publishing({})
    expect(await place.download()).toMatchObject({
      kind: 'notPublished',
      reason: expect.stringMatching(/checksums\.txt answers 404$/),
    })
  })

  test('a download cut in the middle is not kept', async () => {
    const place = await publishing({
      '/checksums.txt': text(`${checksum}  server.tar.gz\n`),
      '/server.tar.gz': (_, response) => {
        response.writeHead(200, { 'content-length': archive.length })
        response.write(archive.subarray(0, 3), () => response.destroy())
      },
    })
    expect((await place.download()).kind).toBe('cut')
    await expect(readFile(place.target)).rejects.toThrow('ENOENT')
  })

  test('nobody listening is told from a release that is missing', async () => {
    const place = await publishing({})
    await new Promise((resolve) => server?.close(resolve))
    expect((await place.download()).kind).toBe('unreachable')
  })
})

describe('the releases', () => {
  test('archives are named as their makers name them', () => {
    expect(temporalRelease.archive(platform)).toBe('temporal_cli_1.8.2_linux_amd64.tar.gz')
    expect(vcsimRelease.archive(platform)).toBe('vcsim_Linux_x86_64.tar.gz')
    expect(vcsimRelease.archive({ os: 'darwin', architecture: 'arm64' })).toBe('vcsim_Darwin_arm64.tar.gz')
  })

  test.each([
    ['temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)', true],
    ['temporal version 1.9.1 (Server 1.32.0, UI 2.53.3)', true],
    ['temporal version 1.5.1 (Server 1.29.0, UI 2.42.1)', false],
    ['temporal version 0.0.0-DEV (Server 1.31.2)', false],
    ['', false],
  ])('a Temporal CLI on PATH that says "%s" is used: %s', (output, used) => {
    expect(temporalRelease.saysRightVersion(output)).toBe(used)
  })

  test('another platform is refused in one sentence', () => {
    expect(() => thisPlatform('win32', 'x64')).toThrow(
      "Berth's servers exist for Linux and macOS on x64 and arm64, not for win32 on x64.",
    )
  })
})
