import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { longStep } from '../bootstrap/long-step.mjs'
import { runQuietly } from '../bootstrap/run-quietly.mjs'
import { withFileLock } from '../servers/file-lock.ts'
import { repository } from './config.ts'

export interface Build {
  name: string
  /** What people read while it takes long. */
  title: string
  /** Folders whose sources go into it. */
  folders: string[]
  /** What is there once it was built, from the repository's root. */
  result: string
  /** Arguments to Node.js. */
  command: string[]
  cwd?: string
}

const notSources = /(^|\/)(node_modules|dist|dev|histories)\/|\.test\.tsx?$/

/** Builds unless the sources are those of the last build. */
export async function buildWhenChanged(build: Build): Promise<void> {
  const state = path.join(repository, 'node_modules', '.cache', 'berth')
  const stamp = path.join(state, `${build.name}-built-from`)
  const isBuilt = (source: string) =>
    existsSync(path.join(repository, build.result)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === source
  if (isBuilt(fingerprint(build.folders))) return
  mkdirSync(state, { recursive: true })
  await withFileLock(path.join(state, `${build.name}.lock`), async () => {
    const source = fingerprint(build.folders)
    if (isBuilt(source)) return
    await longStep(build.title, () =>
      runQuietly(process.execPath, build.command, { cwd: path.join(repository, build.cwd ?? '.') }),
    )
    writeFileSync(stamp, source)
  })
}

function fingerprint(folders: string[]): string {
  const hash = createHash('sha256').update(readFileSync(path.join(repository, 'package-lock.json')))
  for (const folder of folders) {
    const files = readdirSync(path.join(repository, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(path.relative(repository, entry.parentPath), entry.name))
      .filter((file) => !notSources.test(file))
    for (const file of files.sort()) hash.update(file).update(readFileSync(path.join(repository, file)))
  }
  return hash.digest('hex')
}
