import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { longStep } from '../bootstrap/long-step.mjs'
import { runQuietly } from '../bootstrap/run-quietly.mjs'
import { Refusal } from '../refusal.ts'
import { buildFromSource } from './build-from-source.ts'
import { readServerPlaces, type ServerPlaces } from './config.ts'
import { downloadRelease } from './download-release.ts'
import { withFileLock } from './file-lock.ts'
import { findOnPath, isExecutable } from './find-on-path.ts'
import type { ServerRelease } from './server-release.ts'
import { thisPlatform } from './this-platform.ts'

const versionTimeoutMilliseconds = 5_000

/** The path of a server's binary: named, found on PATH, kept from before, downloaded or built, in this order. */
export async function findServer(release: ServerRelease, places: ServerPlaces = readServerPlaces()): Promise<string> {
  return (
    (await namedBinary(release, places)) ??
    (await binaryOnPath(release, places)) ??
    (await cachedBinary(release, places))
  )
}

async function namedBinary({ variable }: ServerRelease, { named }: ServerPlaces): Promise<string | undefined> {
  const binary = named(variable)
  if (binary && !(await isExecutable(binary)))
    throw new Refusal(`${variable} names ${binary}, which is not an executable file.`)
  return binary
}

async function binaryOnPath(release: ServerRelease, { searchPath }: ServerPlaces): Promise<string | undefined> {
  const found = await findOnPath(release.name, searchPath)
  if (!found) return undefined
  const output = await runQuietly(found, release.versionArguments, {
    timeout: versionTimeoutMilliseconds,
    killSignal: 'SIGKILL',
  }).catch(() => '')
  return release.saysRightVersion(output) ? found : undefined
}

async function cachedBinary(release: ServerRelease, places: ServerPlaces): Promise<string> {
  const binary = path.join(places.cache, `${release.name}-${release.version}`, release.name)
  if (await isExecutable(binary)) return binary
  return withFileLock(
    `${path.dirname(binary)}.lock`,
    async () => {
      if (!(await isExecutable(binary))) await install(release, binary, places)
      return binary
    },
    () => console.log(`Another copy of Berth is getting ${release.name}: waiting for it …`),
  )
}

/** The binary appears in its place complete or not at all. */
async function install(release: ServerRelease, binary: string, places: ServerPlaces): Promise<void> {
  const folder = path.dirname(binary)
  await mkdir(folder, { recursive: true })
  const draft = await mkdtemp(path.join(folder, 'draft-'))
  try {
    const made = path.join(draft, release.name)
    await downloadOrBuild(release, draft, made, places)
    await chmod(made, 0o755)
    await rename(made, binary)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

async function downloadOrBuild(
  release: ServerRelease,
  draft: string,
  made: string,
  { searchPath }: ServerPlaces,
): Promise<void> {
  const archive = path.join(draft, 'archive.tar.gz')
  const download = await longStep(`Downloading ${release.name} ${release.version}`, () =>
    downloadRelease(release, thisPlatform(), archive),
  )
  if (download.kind === 'downloaded')
    return void (await runQuietly('tar', ['-xzf', archive, '-C', draft, release.name]))
  if (download.kind === 'wrongChecksum')
    throw new Refusal(`The download of ${release.name} is not what its makers published: ${download.reason}.`)
  console.log(`  not downloaded: ${download.reason}`)
  const go = await findOnPath('go', searchPath)
  if (!go)
    throw new Refusal(
      `${release.name} ${release.version} is needed: it could not be downloaded (${download.reason}) and there is no Go to build it with, so install Go or set ${release.variable} to its path.`,
    )
  await longStep(
    `Building ${release.name} ${release.version} from source (up to ${release.build.minutes} minutes, once)`,
    () => buildFromSource(release, go, made, download.reason),
  )
}
