import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { longStep } from '../bootstrap/long-step.mjs'
import { runQuietly } from '../bootstrap/run-quietly.mjs'
import { withFileLock } from '../servers/file-lock.ts'
import { repository } from './config.ts'

const folders = ['web', 'contract', 'domain']
const notSources = /(^|\/)(node_modules|dist|dev)\/|\.test\.tsx?$/

/** Builds the portal unless its sources are those of the last build. */
export async function buildWeb(): Promise<void> {
  const state = path.join(repository, 'node_modules', '.cache', 'berth')
  const stamp = path.join(state, 'web-built-from')
  const isBuilt = (source: string) =>
    existsSync(path.join(repository, 'web', 'dist', 'index.html')) &&
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === source
  if (isBuilt(fingerprint())) return
  mkdirSync(state, { recursive: true })
  await withFileLock(path.join(state, 'web.lock'), async () => {
    const source = fingerprint()
    if (isBuilt(source)) return
    await longStep('Building the portal', () =>
      runQuietly(process.execPath, [path.join(repository, 'node_modules', 'vite', 'bin', 'vite.js'), 'build'], {
        cwd: path.join(repository, 'web'),
      }),
    )
    writeFileSync(stamp, source)
  })
}

function fingerprint(): string {
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
