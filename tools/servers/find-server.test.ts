import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import type { ServerPlaces } from './config.ts'
import { findServer } from './find-server.ts'
import type { ServerRelease } from './server-release.ts'

let folder: string
let published: Server | undefined
let terminal: { mockRestore(): void }

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'berth-find-server-'))
  terminal = jest.spyOn(console, 'log').mockImplementation(() => {})
})

afterEach(() => {
  terminal.mockRestore()
  published?.closeAllConnections()
  published?.close()
  rmSync(folder, { recursive: true })
})

const places = (more: Partial<ServerPlaces> = {}): ServerPlaces => ({
  named: () => undefined,
  searchPath: [path.join(folder, 'path')],
  cache: path.join(folder, 'cache'),
  ...more,
})

const aRelease = (more: Partial<ServerRelease> = {}): ServerRelease => ({
  name: 'ship',
  version: '1.2.3',
  variable: 'SHIP_BINARY',
  versionArguments: ['--version'],
  saysRightVersion: (output) => output.includes('1.2.3'),
  // Nobody listens there.
  baseUrl: 'http://127.0.0.1:1',
  archive: () => 'ship.tar.gz',
  checksums: 'checksums.txt',
  build: { package: '.', flags: [], minutes: 1 },
  ...more,
})

/** A program that says this whatever it is asked. */
function aProgram(file: string, says: string): string {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, `#!/bin/sh\necho ${says}\n`)
  chmodSync(file, 0o755)
  return file
}

/** The release as its makers publish it. */
async function publishing(): Promise<string> {
  aProgram(path.join(folder, 'made', 'ship'), '1.2.3')
  execFileSync('tar', ['-czf', path.join(folder, 'ship.tar.gz'), '-C', path.join(folder, 'made'), 'ship'])
  const archive = readFileSync(path.join(folder, 'ship.tar.gz'))
  const checksum = createHash('sha256').update(archive).digest('hex')
  published = createServer((request, response) => {
    response.end(request.url === '/checksums.txt' ? `${checksum}  ship.tar.gz\n` : archive)
  })
  await new Promise<void>((resolve) => published?.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(published.address() as AddressInfo).port}`
}

test('a binary that is named is used before all others', async () => {
  const named = aProgram(path.join(folder, 'mine'), 'anything')
  aProgram(path.join(folder, 'path', 'ship'), '1.2.3')
  expect(await findServer(aRelease(), places({ named: () => named }))).toBe(named)
})

test('a name that leads nowhere is refused', async () => {
  const find = findServer(aRelease(), places({ named: () => '/nowhere/ship' }))
  await expect(find).rejects.toThrow('SHIP_BINARY names /nowhere/ship, which is not an executable file.')
})

test('a binary on PATH is used if its version is right', async () => {
  const onPath = aProgram(path.join(folder, 'path', 'ship'), '1.2.3')
  expect(await findServer(aRelease(), places())).toBe(onPath)
})

test('with another version on PATH the one kept from before is used', async () => {
  aProgram(path.join(folder, 'path', 'ship'), '0.9.0')
  const kept = aProgram(path.join(folder, 'cache', 'ship-1.2.3', 'ship'), '1.2.3')
  expect(await findServer(aRelease(), places())).toBe(kept)
})

test('otherwise it is downloaded and kept, once for two who want it', async () => {
  const release = aRelease({ baseUrl: await publishing() })
  const [first, second] = await Promise.all([findServer(release, places()), findServer(release, places())])
  expect(first).toBe(path.join(folder, 'cache', 'ship-1.2.3', 'ship'))
  expect(second).toBe(first)
  expect(execFileSync(first, { encoding: 'utf8' })).toBe('1.2.3\n')
  expect(readdirSync(path.dirname(first))).toEqual(['ship'])
})

test('what can neither be downloaded nor built is refused in one sentence, and nothing is kept', async () => {
  const find = findServer(aRelease(), places())
  await expect(find).rejects.toThrow(
    /^ship 1\.2\.3 is needed: it could not be downloaded \(.*\) and there is no Go to build it with, so install Go or set SHIP_BINARY to its path\.$/,
  )
  expect(readdirSync(path.join(folder, 'cache', 'ship-1.2.3'))).toEqual([])
})
