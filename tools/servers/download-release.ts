import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { Agent, fetch } from 'undici'
import type { Platform, ServerRelease } from './server-release.ts'

export type DownloadFailure =
  | { kind: 'unreachable'; reason: string }
  | { kind: 'notPublished'; reason: string }
  | { kind: 'cut'; reason: string }
  | { kind: 'wrongChecksum'; reason: string }

export type Download = { kind: 'downloaded' } | DownloadFailure

export interface DownloadOptions {
  connectTimeoutSeconds?: number
  stalledAfterSeconds?: number
}

/** Puts the release's archive into `target`, only if it is what the release's own list of checksums says. */
export async function downloadRelease(
  release: Pick<ServerRelease, 'baseUrl' | 'archive' | 'checksums'>,
  platform: Platform,
  target: string,
  { connectTimeoutSeconds = 4, stalledAfterSeconds = 20 }: DownloadOptions = {},
): Promise<Download> {
  const dispatcher = new Agent({
    connectTimeout: connectTimeoutSeconds * 1000,
    headersTimeout: stalledAfterSeconds * 1000,
    bodyTimeout: stalledAfterSeconds * 1000,
  })
  try {
    const archive = release.archive(platform)
    const checksums = await get(`${release.baseUrl}/${release.checksums}`, dispatcher)
    if (!Buffer.isBuffer(checksums)) return checksums
    const expected = checksumOf(archive, checksums.toString('utf8'))
    if (!expected) return { kind: 'notPublished', reason: `${release.checksums} does not list ${archive}` }
    const content = await get(`${release.baseUrl}/${archive}`, dispatcher)
    if (!Buffer.isBuffer(content)) return content
    const found = createHash('sha256').update(content).digest('hex')
    if (found !== expected)
      return { kind: 'wrongChecksum', reason: `${archive} has SHA-256 ${found}, its release says ${expected}` }
    await writeFile(target, content)
    return { kind: 'downloaded' }
  } finally {
    await dispatcher.close()
  }
}

async function get(url: string, dispatcher: Agent): Promise<Buffer | DownloadFailure> {
  let answered = false
  try {
    const response = await fetch(url, { dispatcher })
    answered = true
    if (!response.ok) {
      await response.body?.cancel()
      return { kind: 'notPublished', reason: `${url} answers ${response.status}` }
    }
    return Buffer.from(await response.arrayBuffer())
  } catch (problem) {
    const reason = `${url}: ${causeOf(problem)}`
    return answered ? { kind: 'cut', reason } : { kind: 'unreachable', reason }
  }
}

function causeOf(problem: unknown): string {
  const deepest = problem instanceof Error && problem.cause instanceof Error ? problem.cause : problem
  return deepest instanceof Error ? deepest.message : String(deepest)
}

/** Lines of `sha256sum`: the checksum, spaces, the file's name. */
function checksumOf(file: string, checksums: string): string | undefined {
  const lines = checksums.split('\n').map((line) => line.trim().split(/\s+\*?/))
  return lines.find(([, name]) => name === file)?.[0]?.toLowerCase()
}
