import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { longStep } from '../bootstrap/long-step.mjs'
import { runQuietly } from '../bootstrap/run-quietly.mjs'
import { Refusal } from '../refusal.ts'
import { buildFromSource } from './build-from-source.ts'
import { binaryNamedBy, serverCache } from './config.ts'
import { downloadRelease } from './download-release.ts'
import { withFileLock } from './file-lock.ts'
import { findOnPath, isExecutable } from './find-on-path.ts'
import type { ServerRelease } from './server-release.ts'
import { thisPlatform } from './this-platform.ts'

const versionTimeoutMilliseconds = 5_000

/** The path of a server's binary: named, found on PATH, kept from before, downloaded or built, in this order. */
export async function findServer(release: ServerRelease): Promise<string> {
  return (await namedBinary(release)) ?? (await binaryOnPath(release)) ?? (await cachedBinary(release))
}

async function namedBinary(release: ServerRelease): Promise<string | undefined> {
  const named = binaryNamedBy(release.variable)
  if (named && !(await isExecutable(named)))
    throw new Refusal(`${release.variable} names ${named}, which is not an executable file.`)
  return named
}

async function binaryOnPath(release: ServerRelease): Promise<string | undefined> {
  const found = await findOnPath(release.name)
  if (!found) return undefined
  const output = await runQuietly(found, release.versionArguments, {
    timeout: versionTimeoutMilliseconds,
    killSignal: 'SIGKILL',
  }).catch(() => '')
  return release.saysRightVersion(output) ? found : undefined
}

/** Where a release is kept once it was downloaded or built. */
export const cachedPath = (release: ServerRelease): string =>
  path.join(serverCache(), `${release.name}-${release.version}`, release.name)

async function cachedBinary(release: ServerRelease): Promise<string> {
  const binary = cachedPath(release)
  if (await isExecutable(binary)) return binary
  return withFileLock(
    `${path.dirname(binary)}.lock`,
    async () => {
      if (!(await isExecutable(binary))) await install(release, binary)
      return binary
    },
    () => console.log(`Another copy of Berth is getting ${release.name}: waiting for it …`),
  )
}

/** The binary appears in its place complete or not at all. */
async function install(release: ServerRelease, binary: string): Promise<void> {
  const folder = path.dirname(binary)
  await mkdir(folder, { recursive: true })
  const draft = await mkdtemp(path.join(folder, 'draft-'))
  try {
    const made = path.join(draft, release.name)
    await downloadOrBuild(release, draft, made)
    await chmod(made, 0o755)
    await rename(made, binary)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

async function downloadOrBuild(release: ServerRelease, draft: string, made: string): Promise<void> {
  const archive = path.join(draft, 'archive.tar.gz')
  const download = await longStep(`Downloading ${release.name} ${release.version}`, () =>
    downloadRelease(release, thisPlatform(), archive),
  )
  if (download.kind === 'downloaded')
    return void (await runQuietly('tar', ['-xzf', archive, '-C', draft, release.name]))
  if (download.kind === 'wrongChecksum')
    throw new Refusal(`The download of ${release.name} is not what its makers published: ${download.reason}.`)
  console.log(`  not downloaded: ${download.reason}`)
  await longStep(
    `Building ${release.name} ${release.version} from source (up to ${release.build.minutes} minutes, once)`,
    () => buildFromSource(release, made, download.reason),
  )
}
